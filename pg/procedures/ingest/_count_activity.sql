-- Adds events to the running aggregate per observation and event name. Rows are locked in key order.

CREATE OR REPLACE FUNCTION c360._count_activity(
    p_raw_profile_ids  bigint[],
    p_event_names      text[],
    p_occurred_at      timestamptz[]
)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO cdp_activity AS activity (raw_profile_id, event_name, first_at, last_at, event_count)
    SELECT
        seen.raw_profile_id,
        seen.event_name,
        min(seen.occurred_at),
        max(seen.occurred_at),
        count(*)
    FROM unnest(p_raw_profile_ids, p_event_names, p_occurred_at) AS seen (raw_profile_id, event_name, occurred_at)
    GROUP BY seen.raw_profile_id, seen.event_name
    ORDER BY seen.raw_profile_id, seen.event_name
    ON CONFLICT (raw_profile_id, event_name) DO UPDATE
    SET first_at = least(activity.first_at, excluded.first_at),
        last_at = greatest(activity.last_at, excluded.last_at),
        event_count = activity.event_count + excluded.event_count;
END;
$$;

COMMENT ON FUNCTION c360._count_activity(bigint[], text[], timestamptz[]) IS
    'Moves first, last and count of each observation and event name.';
