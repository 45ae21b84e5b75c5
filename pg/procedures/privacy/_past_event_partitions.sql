-- Partitions of a tenant's events whose whole range is before a time, oldest first, by their bounds and not by their names.
-- The default partition has none and is not among them. Trusts the search_path. Session TimeZone is UTC. Reads only.

CREATE OR REPLACE FUNCTION c360._past_event_partitions(p_before timestamptz)
    RETURNS TABLE (partition text, until timestamptz)
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    RETURN QUERY
    SELECT
        part.relname::text,
        bound.until
    FROM pg_inherits AS inherited
    JOIN pg_class AS part ON part.oid = inherited.inhrelid
    CROSS JOIN LATERAL (
        -- FROM ('...') TO ('...'); MAXVALUE has no quotes.
        SELECT substring(pg_get_expr(part.relpartbound, part.oid) FROM $bound$ TO \('([^']+)'\)$bound$)::timestamptz AS until
    ) AS bound
    WHERE inherited.inhparent = to_regclass('cdp_behavioral_events')
      AND bound.until <= p_before
    ORDER BY bound.until;
END;
$$;

COMMENT ON FUNCTION c360._past_event_partitions(timestamptz) IS
    'Partitions of a tenant''s events that hold only events of before a time.';
