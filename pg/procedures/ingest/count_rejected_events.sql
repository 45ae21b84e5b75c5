-- Counts rejected events that a filter means, see _read_rejected_filter().
-- Raises: U4404 tenant_not_found, U1017 filter_invalid

CREATE OR REPLACE FUNCTION c360.count_rejected_events(
    p_tenant  text,
    p_filter  jsonb DEFAULT '{}',
    p_status  text DEFAULT 'rejected'
)
    RETURNS bigint
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_filter c360.rejected_filter;
    v_count  bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    v_filter := c360._read_rejected_filter(p_filter);

    SELECT count(*)
    INTO v_count
    FROM cdp_rejected_events AS rejected
    WHERE (p_status IS NULL OR rejected.status = p_status)
      AND c360._fits_filter(
          v_filter, rejected.rejected_event_id, rejected.code, rejected.source, rejected.message_id, rejected.received_at, rejected.payload
      );

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360.count_rejected_events(text, jsonb, text) IS
    'How many rejected events a filter means; p_status NULL counts settled ones too.';
