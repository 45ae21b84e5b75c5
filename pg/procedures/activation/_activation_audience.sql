-- Whom something set a rule off for as it stands: those in the segment it waits for the entering of, those who left it or did the event or were
-- merged since a moment; one candidate a person, by the latest. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._activation_audience(
    p_tenant text,
    p_rule   text,
    p_since  timestamptz,
    p_as_of  timestamptz
)
    RETURNS c360.activation_candidate[]
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

    RETURN ARRAY(
        SELECT ROW(
            row_number() OVER (ORDER BY audience.id),
            p_rule,
            audience.id,
            audience.happened_at
        )::c360.activation_candidate
        FROM (
            SELECT
                found.id,
                max(found.happened_at) AS happened_at
            FROM (
                SELECT
                    member.master_profile_id AS id,
                    p_as_of AS happened_at
                FROM cdp_segment_members AS member
                WHERE member.segment = v_when ->> 'segment_entered'
                UNION ALL
                SELECT
                    change.master_profile_id,
                    change.changed_at
                FROM cdp_segment_changes AS change
                WHERE change.segment = v_when ->> 'segment_left'
                  AND change.change = 'left'
                  AND change.changed_at BETWEEN p_since AND p_as_of
                UNION ALL
                SELECT
                    link.master_profile_id,
                    activity.last_at
                FROM cdp_activity AS activity
                JOIN cdp_profile_links AS link ON link.raw_profile_id = activity.raw_profile_id
                WHERE activity.event_name = v_when ->> 'event'
                  AND activity.last_at BETWEEN p_since AND p_as_of
                UNION ALL
                SELECT
                    merge.survivor_id,
                    merge.merged_at
                FROM cdp_profile_merges AS merge
                WHERE v_when ? 'merged'
                  AND merge.merged_at BETWEEN p_since AND p_as_of
            ) AS found
            GROUP BY found.id
        ) AS audience
    );
END;
$$;

COMMENT ON FUNCTION c360._activation_audience(text, text, timestamptz, timestamptz) IS
    'Whom something set a rule of activation off for, as it stands.';
