-- Counts open rejected events by reason, with the age of the oldest in seconds. What workers show to Prometheus.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.rejected_backlog(p_tenant text)
    RETURNS TABLE (code text, event_count bigint, oldest_seconds numeric)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        rejected.code,
        count(*),
        round(extract(epoch FROM clock_timestamp() - min(rejected.received_at)), 1)
    FROM cdp_rejected_events AS rejected
    WHERE rejected.status = 'rejected'
    GROUP BY rejected.code
    ORDER BY rejected.code;
END;
$$;

COMMENT ON FUNCTION c360.rejected_backlog(text) IS
    'Open rejected events by reason: how many, and the age of the oldest in seconds.';
