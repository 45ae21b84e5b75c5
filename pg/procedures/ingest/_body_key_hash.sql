-- SHA-256 of the writeKey that a body carries for senders that cannot set headers (sendBeacon); NULL when there is none.
-- Unicode escapes are turned into plain text first: a body with \u0000 somewhere still has its key; so has one that is not wholly JSON. Never
-- raises.

CREATE OR REPLACE FUNCTION c360._body_key_hash(p_body text)
    RETURNS bytea
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_body text := replace(replace(p_body, '\\', '\\s'), '\u', '\\u');
BEGIN
    IF NOT pg_input_is_valid(v_body, 'json') THEN
        RETURN sha256(convert_to(substring(p_body FROM '"writeKey"[ \t\r\n]*:[ \t\r\n]*"([^"\\]{1,200})"'), 'UTF8'));
    ELSIF json_typeof(v_body::json) <> 'object' THEN
        RETURN NULL;
    END IF;

    RETURN sha256(convert_to(v_body::json ->> 'writeKey', 'UTF8'));
EXCEPTION
    WHEN statement_too_complex THEN
        RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360._body_key_hash(text) IS
    'Hash of the writeKey inside a request body, NULL without one.';
