-- Keeps how many members each segment has on a day, also those without any, but not those whose members people may not see; what was
-- kept of the day before is replaced. Trusts the search_path and the lock of profiles.

CREATE OR REPLACE FUNCTION c360._snapshot_segments(p_tenant text, p_day date)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM cdp_report_segments AS earlier
    WHERE earlier.day = p_day;

    INSERT INTO cdp_report_segments (day, segment, members, taken_at)
    SELECT
        p_day,
        state.segment,
        count(member.master_profile_id),
        now()
    FROM cdp_segment_states AS state
    LEFT JOIN cdp_segment_members AS member ON member.segment = state.segment
    WHERE state.segment <> ALL (c360._hidden_segments(p_tenant))
    GROUP BY state.segment;
END;
$$;

COMMENT ON FUNCTION c360._snapshot_segments(text, date) IS
    'Keeps how many members each segment has on a day.';
