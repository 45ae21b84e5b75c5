-- A text that an index can hold: NULL for one longer than 500 characters. Raises nothing.

CREATE OR REPLACE FUNCTION c360._indexable(p_text text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
BEGIN
    RETURN CASE WHEN length(p_text) <= 500 THEN p_text END;
END;
$$;

COMMENT ON FUNCTION c360._indexable(text) IS
    'The text, or NULL when it is too long for an index.';
