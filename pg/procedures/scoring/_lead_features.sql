-- The features of a model of leads in their order, [{name, ...}]: those of the tenant, or, when it has named none, how often and how lately
-- somebody came, whether an e-mail and a phone number are known, and the ten events that were most common on the 30 days until p_day. What a
-- tenant does after p_day changes nothing. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._lead_features(p_settings jsonb, p_day date)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_features jsonb := p_settings -> 'features';
BEGIN
    IF v_features IS NULL THEN
        SELECT
            '{
                "Active days of 7": {"metric": "active_days", "within_days": 7},
                "Active days of 30": {"metric": "active_days", "within_days": 30},
                "All events": {"metric": "total_events"},
                "Days since the first": {"metric": "days_since_first"},
                "Days since the last": {"metric": "days_since_last"},
                "Has an e-mail": {"attribute": "email"},
                "Has a phone number": {"attribute": "phone"}
            }'::jsonb || coalesce(jsonb_object_agg(left('Event: ' || common.event_name, 100), jsonb_build_object('event', common.event_name)), '{}')
        INTO v_features
        FROM (
            SELECT own.event_name
            FROM cdp_activity_days AS own
            WHERE own.day > p_day - 30
              AND own.day <= p_day
              AND own.event_name NOT IN ('identify', 'group', 'alias', p_settings ->> 'goal')
            GROUP BY own.event_name
            ORDER BY
                count(DISTINCT own.raw_profile_id) DESC,
                own.event_name
            LIMIT 10
        ) AS common;
    END IF;

    RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object('name', feature.key) || feature.value ORDER BY feature.key COLLATE "C"), '[]')
        FROM jsonb_each(v_features) AS feature
    );
END;
$$;

COMMENT ON FUNCTION c360._lead_features(jsonb, date) IS
    'The features of a model of leads.';
