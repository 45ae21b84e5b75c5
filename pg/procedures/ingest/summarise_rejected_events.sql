-- Says why events of which source were refused: how many, when the first and the last came, the newest one as an example. The most
-- frequent reason first. p_filter says which, see _read_rejected_filter().
-- Raises: U4404 tenant_not_found, U1017 filter_invalid

CREATE OR REPLACE FUNCTION c360.summarise_rejected_events(
    p_tenant  text,
    p_filter  jsonb DEFAULT '{}',
    p_status  text DEFAULT 'rejected'
)
    RETURNS TABLE (
        code               text,
        source             text,
        event_count        bigint,
        first_received_at  timestamptz,
        last_received_at   timestamptz,
        example_id         bigint,
        reason             text
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_filter c360.rejected_filter;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    v_filter := c360._read_rejected_filter(p_filter);

    RETURN QUERY
    SELECT
        counted.code,
        counted.source,
        counted.event_count,
        counted.first_received_at,
        counted.last_received_at,
        counted.example_id,
        coalesce(c360._rejection_reason(counted.code), '****')
    FROM (
        SELECT
            rejected.code,
            rejected.source,
            count(*) AS event_count,
            min(rejected.received_at) AS first_received_at,
            max(rejected.received_at) AS last_received_at,
            max(rejected.rejected_event_id) AS example_id
        FROM cdp_rejected_events AS rejected
        WHERE (p_status IS NULL OR rejected.status = p_status)
          AND c360._fits_filter(
              v_filter, rejected.rejected_event_id, rejected.code, rejected.source, rejected.message_id, rejected.received_at,
              rejected.payload
          )
        GROUP BY rejected.code, rejected.source
    ) AS counted
    ORDER BY counted.event_count DESC, counted.code, counted.source;
END;
$$;

COMMENT ON FUNCTION c360.summarise_rejected_events(text, jsonb, text) IS
    'Rejected events by reason and source: how many, first, last, an example.';
