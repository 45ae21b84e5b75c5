-- A rejected event as people may see it, out of the text that was sent: what is no JSON object the database can hold is hidden
-- wholly. p_shown is the answer of _shown_fields(). Raises nothing.

CREATE OR REPLACE FUNCTION c360._shown_rejected_event(
    p_payload text,
    p_shown   jsonb
)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT pg_input_is_valid(p_payload, 'jsonb') OR jsonb_typeof(p_payload::jsonb) <> 'object' THEN
        RETURN '****';
    END IF;

    RETURN c360._shown_event(p_payload::jsonb, p_shown)::text;
END;
$$;

COMMENT ON FUNCTION c360._shown_rejected_event(text, jsonb) IS
    'A rejected event as people may see it.';
