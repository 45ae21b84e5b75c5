-- Writes one event.recorded message per event, in the order of the events, if somebody of the tenant wants them; where the session
-- says c360.messages = summary one events.recorded for all, and none where it says off. Events that nobody wants are not written twice.

CREATE OR REPLACE FUNCTION c360._publish_events(
    p_tenant       text,
    p_received_at  timestamptz,
    p_event_ids    bigint[]
)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_mode text := c360._message_mode(p_tenant, 'c360-behavioral-events');
BEGIN
    IF v_mode = 'off' THEN
        RETURN;
    END IF;

    IF v_mode = 'summary' THEN
        PERFORM c360._publish(
            p_tenant, 'c360-behavioral-events', 'events.recorded', p_tenant,
            jsonb_build_object('count', cardinality(p_event_ids), 'received_at', p_received_at)
        );
        RETURN;
    END IF;

    INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
    SELECT
        c360._uuid7(),
        p_tenant,
        'c360-behavioral-events',
        'event.recorded',
        event.raw_profile_id::text,
        c360._message_body(
            'event.recorded',
            p_tenant,
            now(),
            jsonb_build_object(
                'event_id', event.event_id,
                'raw_profile_id', event.raw_profile_id,
                'source', event.source,
                'message_id', event.message_id,
                'type', event.type,
                'event_name', event.event_name,
                'received_at', event.received_at,
                'occurred_at', event.occurred_at,
                'event', event.payload
            )
        )
    FROM cdp_behavioral_events AS event
    WHERE event.received_at = p_received_at
      AND event.event_id = ANY (p_event_ids)
    ORDER BY event.event_id;
END;
$$;

COMMENT ON FUNCTION c360._publish_events(text, timestamptz, bigint[]) IS
    'Tells c360-behavioral-events about recorded events when somebody subscribes to it.';
