-- Lists rejected events, newest first. payload holds what readers may see of what was sent, see _shown_event(), and message_id
-- what is one; all of it is in
-- cdp_rejected_events and c360.as_sent(), for administrators. reason is that of the code.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.rejected_events(
    p_tenant              text,
    p_status              text DEFAULT 'rejected',
    p_limit               integer DEFAULT 100,
    p_rejected_event_ids  bigint[] DEFAULT NULL
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
        settled_at         timestamptz
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_shown jsonb := c360._shown_fields(p_tenant);
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        rejected.rejected_event_id,
        rejected.received_at,
        rejected.source,
        CASE WHEN c360._has_message_id(rejected.payload) THEN rejected.message_id END,
        rejected.code,
        coalesce(c360._rejection_reason(rejected.code), '****'),
        c360._shown_rejected_event(rejected.payload, v_shown),
        rejected.status,
        rejected.settled_at
    FROM cdp_rejected_events AS rejected
    WHERE (p_status IS NULL OR rejected.status = p_status)
      AND (p_rejected_event_ids IS NULL OR rejected.rejected_event_id = ANY (p_rejected_event_ids))
    ORDER BY rejected.rejected_event_id DESC
    LIMIT c360._checked_limit(p_limit);
END;
$$;

COMMENT ON FUNCTION c360.rejected_events(text, text, integer, bigint[]) IS
    'Rejected events of a tenant with the reason, newest first; p_status NULL lists settled ones too.';
