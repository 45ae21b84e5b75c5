-- A rejected event with its correction, a JSON merge patch (RFC 7396), or NULL when the database still cannot store it. What is no object
-- becomes what the patch says.

CREATE OR REPLACE FUNCTION c360._patched_event(p_payload text, p_patch jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_event jsonb;
BEGIN
    IF pg_input_is_valid(p_payload, 'jsonb') THEN
        v_event := p_payload::jsonb;
    END IF;

    IF p_patch IS NULL THEN
        RETURN v_event;
    END IF;
    RETURN c360._merge_patch(v_event, p_patch);
END;
$$;

COMMENT ON FUNCTION c360._patched_event(text, jsonb) IS
    'A rejected event with a patch laid over it; NULL when it is no JSON the database can store.';
