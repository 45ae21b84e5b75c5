-- What an event says about its page under a name: context.page, and of a page event its properties, where clients write the
-- same. NULL when neither is there. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._page_member(p_event jsonb, p_name text)
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_said jsonb := p_event -> 'context' -> 'page' -> p_name;
BEGIN
    IF jsonb_typeof(v_said) = 'string' THEN
        RETURN v_said;
    ELSIF p_event ->> 'type' = 'page' THEN
        RETURN p_event -> 'properties' -> p_name;
    END IF;
    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360._page_member(jsonb, text) IS
    'What an event says about its page under a name.';
