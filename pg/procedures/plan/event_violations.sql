-- What events that were taken did not follow of the tracking plan, the most frequent first: where, which keyword, what the schema in force
-- demands there (NULL where it demands it no more), and the last three events as examples (event_id of recent_events). Events that were
-- refused are listed by rejected_events(), code U1113. Raises U4404.

CREATE OR REPLACE FUNCTION c360.event_violations(
    p_tenant text,
    p_event  text DEFAULT NULL
)
    RETURNS TABLE (
        event_type      text,
        event_name      text,
        version         integer,
        path            text,
        keyword         text,
        demanded        jsonb,
        violation_count bigint,
        first_seen_at   timestamptz,
        last_seen_at    timestamptz,
        event_ids       bigint[]
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        found.event_type,
        found.event_name,
        found.version,
        found.path,
        found.keyword,
        (
            SELECT checked.demanded
            FROM cdp_event_checks AS checked
            WHERE checked.event_type = found.event_type
              AND checked.event_name = found.event_name
              AND checked.path = found.path
              AND checked.keyword = found.keyword
            ORDER BY checked.position
            LIMIT 1
        ),
        found.violation_count,
        found.first_seen_at,
        found.last_seen_at,
        found.event_ids
    FROM cdp_event_violations AS found
    WHERE p_event IS NULL
       OR found.event_name = p_event
    ORDER BY
        found.violation_count DESC,
        found.event_type,
        found.event_name,
        found.version,
        found.path,
        found.keyword;
END;
$$;

COMMENT ON FUNCTION c360.event_violations(text, text) IS
    'What events did not follow of the tracking plan, counted, with examples.';
