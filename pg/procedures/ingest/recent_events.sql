-- Lists events, oldest first: the last p_limit, or those after p_after_event_id. payload holds what readers may see of what
-- was sent, see _shown_event(); all of it is in cdp_behavioral_events and c360.as_sent(), for administrators.
-- Ids are given before commit: an event with a smaller id can appear later. Who follows asks again from a bit earlier
-- and leaves out what it has seen.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.recent_events(
    p_tenant          text,
    p_limit           integer DEFAULT 20,
    p_after_event_id  bigint DEFAULT NULL
)
    RETURNS TABLE (
        event_id        bigint,
        received_at     timestamptz,
        occurred_at     timestamptz,
        clock_status    text,
        raw_profile_id  bigint,
        source          text,
        message_id      text,
        type            text,
        event_name      text,
        payload         jsonb
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

    -- Two statements, because one that decides its order by a parameter cannot use the index.
    IF p_after_event_id IS NULL THEN
        RETURN QUERY
        SELECT
            newest.event_id,
            newest.received_at,
            newest.occurred_at,
            newest.clock_status,
            newest.raw_profile_id,
            newest.source,
            newest.message_id,
            newest.type,
            newest.event_name,
            c360._shown_event(newest.payload, v_shown)
        FROM (
            SELECT
                event.event_id,
                event.received_at,
                event.occurred_at,
                event.clock_status,
                event.raw_profile_id,
                event.source,
                event.message_id,
                event.type,
                event.event_name,
                event.payload
            FROM cdp_behavioral_events AS event
            ORDER BY event.event_id DESC
            LIMIT c360._checked_limit(p_limit)
        ) AS newest
        ORDER BY newest.event_id;
    ELSE
        RETURN QUERY
        SELECT
            event.event_id,
            event.received_at,
            event.occurred_at,
            event.clock_status,
            event.raw_profile_id,
            event.source,
            event.message_id,
            event.type,
            event.event_name,
            c360._shown_event(event.payload, v_shown)
        FROM cdp_behavioral_events AS event
        WHERE event.event_id > p_after_event_id
        ORDER BY event.event_id
        LIMIT c360._checked_limit(p_limit);
    END IF;
END;
$$;

COMMENT ON FUNCTION c360.recent_events(text, integer, bigint) IS
    'The last events of a tenant, or those after an event id, oldest first; of what was sent, what readers may see.';
