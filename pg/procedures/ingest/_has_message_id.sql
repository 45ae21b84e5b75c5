-- Says whether a rejected event has a message id that is one: a text of at most 100 characters. Anything else may hold anything.
-- In PL/pgSQL: of a text that is known while a statement is planned, SQL would try the cast before it asks whether it may.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._has_message_id(p_payload text)
    RETURNS boolean
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT pg_input_is_valid(p_payload, 'jsonb') THEN
        RETURN false;
    END IF;
    RETURN coalesce(
        jsonb_typeof(p_payload::jsonb -> 'messageId') = 'string' AND length(p_payload::jsonb ->> 'messageId') <= 100,
        false
    );
END;
$$;

COMMENT ON FUNCTION c360._has_message_id(text) IS
    'Whether a rejected event has a message id that can be one.';
