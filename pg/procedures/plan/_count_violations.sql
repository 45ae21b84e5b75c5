-- Counts what events that were just recorded did not follow of schemas that warn. Rows are taken in the order of their key, so that concurrent
-- batches cannot deadlock. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._count_violations(
    p_received_at timestamptz,
    p_event_ids   bigint[]
)
    RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
AS $$
BEGIN
    INSERT INTO cdp_event_violations AS known (
        event_type, event_name, version, path, keyword, violation_count, first_seen_at, last_seen_at, event_ids
    )
    SELECT
        checked.event_type,
        checked.event_name,
        checked.version,
        checked.path,
        checked.keyword,
        count(*),
        p_received_at,
        p_received_at,
        (array_agg(event.event_id ORDER BY event.event_id DESC))[:3]
    FROM cdp_behavioral_events AS event
    JOIN cdp_event_checks AS checked
        ON checked.event_type = event.type
        AND checked.event_name = event.event_name
    WHERE event.received_at = p_received_at
      AND event.event_id = ANY (p_event_ids)
      AND checked.mode = 'warn'
      AND NOT coalesce(jsonb_path_match(c360._schema_subject(event.type, event.payload), checked.test, silent => true), false)
    GROUP BY
        checked.event_type,
        checked.event_name,
        checked.version,
        checked.path,
        checked.keyword
    ORDER BY
        checked.event_type,
        checked.event_name,
        checked.version,
        checked.path,
        checked.keyword
    ON CONFLICT (event_type, event_name, version, path, keyword) DO UPDATE
    SET violation_count = known.violation_count + excluded.violation_count,
        first_seen_at = least(known.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at),
        event_ids = (excluded.event_ids || known.event_ids)[:3];
END;
$$;

COMMENT ON FUNCTION c360._count_violations(timestamptz, bigint[]) IS
    'Counts what recorded events did not follow of the tracking plan.';
