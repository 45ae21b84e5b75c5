-- Whom something set a rule off for as it stands: those in the segment it waits for the entering of, those beyond the line of the score, those silent
-- for so long, those who left the segment or did the event or were merged since a moment; one candidate a person, by the latest. In no order. Trusts the
-- search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._activation_audience(
    p_tenant text,
    p_rule   text,
    p_since  timestamptz,
    p_as_of  timestamptz
)
    RETURNS SETOF c360.activation_candidate
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_when jsonb;
BEGIN
    SELECT stated.definition -> 'when'
    INTO v_when
    FROM c360.activation_rules AS stated
    WHERE stated.tenant = p_tenant
      AND stated.rule = p_rule;

    IF v_when ? 'segment_entered' THEN
        RETURN QUERY
        SELECT
            row_number() OVER (),
            p_rule,
            member.master_profile_id,
            p_as_of
        FROM cdp_segment_members AS member
        WHERE member.segment = v_when ->> 'segment_entered';
    ELSIF v_when ? 'segment_left' THEN
        RETURN QUERY
        SELECT
            row_number() OVER (),
            p_rule,
            change.master_profile_id,
            max(change.changed_at)
        FROM cdp_segment_changes AS change
        WHERE change.segment = v_when ->> 'segment_left'
          AND change.change = 'left'
          AND change.changed_at BETWEEN p_since AND p_as_of
        GROUP BY change.master_profile_id;
    ELSIF v_when ? 'event' THEN
        RETURN QUERY
        SELECT
            row_number() OVER (),
            p_rule,
            link.master_profile_id,
            max(activity.last_at)
        FROM cdp_activity AS activity
        JOIN cdp_profile_links AS link ON link.raw_profile_id = activity.raw_profile_id
        WHERE activity.event_name = v_when ->> 'event'
          AND activity.last_at BETWEEN p_since AND p_as_of
        GROUP BY link.master_profile_id;
    ELSIF v_when ? 'no_event' THEN
        RETURN QUERY
        SELECT
            row_number() OVER (),
            p_rule,
            link.master_profile_id,
            max(activity.last_at)
        FROM cdp_activity AS activity
        JOIN cdp_profile_links AS link ON link.raw_profile_id = activity.raw_profile_id
        WHERE activity.event_name = v_when #>> '{no_event,event}'
        GROUP BY link.master_profile_id
        HAVING max(activity.last_at) <= p_as_of - make_interval(days => (v_when #>> '{no_event,days}')::integer);
    ELSIF v_when ? 'score_crossed' THEN
        RETURN QUERY
        SELECT
            row_number() OVER (),
            p_rule,
            found.id,
            p_as_of
        FROM c360._persons_beyond(p_tenant, v_when -> 'score_crossed', NULL) AS found (id);
    ELSE
        RETURN QUERY
        SELECT
            row_number() OVER (),
            p_rule,
            merge.survivor_id,
            max(merge.merged_at)
        FROM cdp_profile_merges AS merge
        WHERE merge.merged_at BETWEEN p_since AND p_as_of
        GROUP BY merge.survivor_id;
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._activation_audience(text, text, timestamptz, timestamptz) IS
    'Whom something set a rule of activation off for, as it stands.';
