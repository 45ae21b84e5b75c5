-- How many events of a name golden records have in a window that ends with a day, all names for NULL; a row for each of them, also with
-- none. For conditions over many at once. Trusts the search_path. Reads by index, and only the days of the window.
-- Raises: U4425 interval_out_of_bounds

CREATE OR REPLACE FUNCTION c360._events_in_window(
    p_master_profile_ids uuid[],
    p_event_name         text,
    p_window             interval,
    p_last               date
)
    RETURNS TABLE (master_profile_id uuid, event_count bigint, active_days bigint)
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_before date := c360._window_start(p_last, p_window);
BEGIN
    RETURN QUERY
    SELECT
        wanted.id,
        counted.event_count,
        counted.active_days
    FROM (SELECT DISTINCT listed.id FROM unnest(p_master_profile_ids) AS listed (id)) AS wanted
    CROSS JOIN LATERAL (
        SELECT
            coalesce(sum(own.kept_count + own.past_count), 0)::bigint AS event_count,
            count(DISTINCT own.day) AS active_days
        FROM cdp_profile_links AS link
        JOIN cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
        WHERE link.master_profile_id = wanted.id
          AND own.day > v_before
          AND own.day <= p_last
          AND (p_event_name IS NULL OR own.event_name = p_event_name)
    ) AS counted;
END;
$$;

COMMENT ON FUNCTION c360._events_in_window(uuid[], text, interval, date) IS
    'Events and active days of golden records in a window of days.';
