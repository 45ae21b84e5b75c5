-- What the gateway calls for /v1/hooks/<preset>: authenticates the key, maps the webhook of a chat to events and ingests them, in one round
-- trip and one transaction. What a provider says became of a message that a rule asked for is kept as the outcome of it.
-- Raises: U1001 body_not_json, U1002 body_not_events, U1003 body_too_large, U1005 body_too_deep, U1009 endpoint_unknown, U1401 key_unknown,
--         U1403 origin_forbidden, U1414 key_of_agent, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360_v1.receive_chat(
    p_key_hash  bytea,
    p_preset    text,
    p_body      text,
    p_origin    text DEFAULT NULL
)
    RETURNS json
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant  text;
    v_source  text;
    v_kind    text;
    v_said    record;
BEGIN
    SELECT key.tenant, key.source, key.kind
    INTO v_tenant, v_source, v_kind
    FROM c360._authenticate_key(p_key_hash, p_origin) AS key;
    PERFORM c360._check_key_may(v_kind, 'send');

    SELECT * INTO v_said FROM c360._callback_of(p_preset, p_body);
    IF v_said.outcome = 'none' THEN
        RETURN c360._outcome('batch', 0, 0, 0, '[]');
    ELSIF v_said.outcome IS NOT NULL THEN
        PERFORM c360._use_tenant(v_tenant, 'write');
        IF to_regclass('cdp_sent_messages') IS NOT NULL THEN
            RETURN c360._record_callback(v_tenant, v_source, v_said.outcome, v_said.provider_message_ids, v_said.occurred_at);
        END IF;
    END IF;

    RETURN c360.ingest_request(v_tenant, v_source, 'batch', c360._chat_batch(p_preset, p_body));
END;
$$;

COMMENT ON FUNCTION c360_v1.receive_chat(bytea, text, text, text) IS
    'Authenticates an API key by its SHA-256 and ingests a webhook of a chat with it.';
