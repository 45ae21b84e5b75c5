-- Lists rejected events, newest first. payload holds what readers may see of what was sent, see _shown_event(), and message_id what is
-- one; all of it is in cdp_rejected_events and c360.as_sent(), for administrators. reason is that of the code. event_name is that of a
-- track event, of others the type. p_filter says which, see _read_rejected_filter(); p_before is the last number of the page before.
-- Raises: U4404 tenant_not_found, U1017 filter_invalid, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.rejected_events(
    p_tenant              text,
    p_status              text DEFAULT 'rejected',
    p_limit               integer DEFAULT 100,
    p_rejected_event_ids  bigint[] DEFAULT NULL,
    p_filter              jsonb DEFAULT '{}',
    p_before              bigint DEFAULT NULL
)
    RETURNS TABLE (
        rejected_event_id  bigint,
        received_at        timestamptz,
        source             text,
        message_id         text,
        code               text,
        reason             text,
        payload            text,
        status             text,
        settled_at         timestamptz,
        event_name         text
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_filter c360.rejected_filter;
    v_shown  jsonb := c360._shown_fields(p_tenant);
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    v_filter := c360._read_rejected_filter(p_filter);

    RETURN QUERY
    SELECT
        page.rejected_event_id,
        page.received_at,
        page.source,
        CASE WHEN c360._has_message_id(page.payload) THEN page.message_id END,
        page.code,
        CASE
            -- Places and keywords of the plan, which readers see.
            WHEN page.code = 'U1113' AND starts_with(page.reason, c360._rejection_reason('U1113')) THEN page.reason
            ELSE coalesce(c360._rejection_reason(page.code), '****')
        END,
        c360._shown_rejected_event(page.payload, v_shown),
        page.status,
        page.settled_at,
        c360._sent_event_name(page.payload)
    FROM (
        SELECT rejected.*
        FROM cdp_rejected_events AS rejected
        WHERE (p_status IS NULL OR rejected.status = p_status)
          AND (p_rejected_event_ids IS NULL OR rejected.rejected_event_id = ANY (p_rejected_event_ids))
          AND (p_before IS NULL OR rejected.rejected_event_id < p_before)
          AND c360._fits_filter(
              v_filter, rejected.rejected_event_id, rejected.code, rejected.source, rejected.message_id, rejected.received_at,
              rejected.payload
          )
        ORDER BY rejected.rejected_event_id DESC
        LIMIT c360._checked_limit(p_limit)
    ) AS page
    ORDER BY page.rejected_event_id DESC;
END;
$$;

COMMENT ON FUNCTION c360.rejected_events(text, text, integer, bigint[], jsonb, bigint) IS
    'Rejected events of a tenant with the reason, newest first; p_status NULL lists settled ones too.';
