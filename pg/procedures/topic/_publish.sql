-- Writes one message into the log, in the transaction of the caller. Not safe to repeat: each call is one message.
-- Sets of messages are inserted directly: INSERT INTO c360.messages (...) SELECT c360._uuid7(), ..., c360._message_body(...).
-- Raises: 23514 for a topic that is not one of the five.

CREATE OR REPLACE FUNCTION c360._publish(
    p_tenant text,
    p_topic  text,
    p_type   text,
    p_key    text,
    p_data   jsonb,
    p_at     timestamptz DEFAULT now()
)
    RETURNS uuid
    LANGUAGE sql
    VOLATILE
AS $$
    INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
    VALUES (
        c360._uuid7(),
        p_tenant,
        p_topic,
        p_type,
        p_key,
        c360._message_body(p_type, p_tenant, p_at, p_data)
    )
    RETURNING message_id;
$$;

COMMENT ON FUNCTION c360._publish(text, text, text, text, jsonb, timestamptz) IS
    'Writes one message into the log and returns its id, the webhook-id of its deliveries.';
