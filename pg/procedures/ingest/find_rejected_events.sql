-- Finds rejected events whose text, as it was sent, contains p_text, in its letters and case: their numbers, newest first. For
-- administrators, who may read all of it: whoever may ask for a text can guess one that is masked for them. p_before is the last number
-- of the page before.
-- Raises: U4404 tenant_not_found, U1017 filter_invalid, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.find_rejected_events(
    p_tenant  text,
    p_text    text,
    p_filter  jsonb DEFAULT '{}',
    p_status  text DEFAULT 'rejected',
    p_before  bigint DEFAULT NULL,
    p_limit   integer DEFAULT 1000
)
    RETURNS SETOF bigint
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
    SELECT rejected.rejected_event_id
    FROM cdp_rejected_events AS rejected
    WHERE (p_status IS NULL OR rejected.status = p_status)
      AND (p_before IS NULL OR rejected.rejected_event_id < p_before)
      AND c360._fits_filter(
          v_filter, rejected.rejected_event_id, rejected.code, rejected.source, rejected.message_id, rejected.received_at, rejected.payload
      )
      AND strpos(rejected.payload, p_text) > 0
    ORDER BY rejected.rejected_event_id DESC
    LIMIT c360._checked_limit(p_limit);
END;
$$;

COMMENT ON FUNCTION c360.find_rejected_events(text, text, jsonb, text, bigint, integer) IS
    'Numbers of rejected events that contain a text, newest first; for administrators.';
