-- A webhook of a chat as the body of a batch. What no preset understands becomes an event of an unknown type, which is rejected and kept:
-- the sender must not send it for ever, and somebody can see it. The same goes for a body that the database cannot store.
-- Raises: U1002 body_not_events, U1009 endpoint_unknown

CREATE OR REPLACE FUNCTION c360._chat_batch(p_preset text, p_body text)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_hook    jsonb;
    v_events  jsonb;
BEGIN
    IF (p_preset IN ('chatwoot', 'telegram', 'twilio', 'zalo')) IS NOT TRUE THEN
        RAISE EXCEPTION 'there is no preset "%"', p_preset
            USING ERRCODE = 'U1009',
                  HINT = 'Presets are chatwoot, telegram, twilio and zalo.';
    ELSIF NOT pg_input_is_valid(p_body, 'jsonb') THEN
        RETURN '[' || p_body || ']';
    END IF;

    v_hook := p_body::jsonb;
    IF jsonb_typeof(v_hook) <> 'object' THEN
        RAISE EXCEPTION 'the body is no object'
            USING ERRCODE = 'U1002';
    END IF;

    v_events := CASE p_preset
        WHEN 'chatwoot' THEN c360._chatwoot_events(v_hook)
        WHEN 'telegram' THEN c360._telegram_events(v_hook)
        WHEN 'zalo' THEN c360._zalo_events(v_hook)
    END;

    RETURN coalesce(v_events, jsonb_build_array(jsonb_build_object('type', p_preset, 'properties', v_hook)))::text;
END;
$$;

COMMENT ON FUNCTION c360._chat_batch(text, text) IS
    'The events of a webhook of a chat, as the body of a batch.';
