-- What a JSON Schema demands of the item @, as the text of a condition of a jsonpath in strict mode, in brackets. NULL demands nothing.
-- Raises U1115 event_schema_invalid.

CREATE OR REPLACE FUNCTION c360._schema_condition(
    p_schema jsonb,
    p_root   jsonb,
    p_where  text,
    p_depth  integer
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text text;
BEGIN
    IF p_schema IS NULL OR p_schema = 'true' THEN
        RETURN '(1 == 1)';
    ELSIF p_schema = 'false' THEN
        RETURN '(1 == 0)';
    ELSIF jsonb_typeof(p_schema) <> 'object' THEN
        PERFORM c360._schema_problem(p_where, 'a schema is an object, true or false', 'Write {"type": "string"}, for example.');
    END IF;

    SELECT string_agg('(' || part.test || ')', ' && ' ORDER BY part.keyword COLLATE "C")
    INTO v_text
    FROM (
        SELECT
            said.keyword,
            c360._schema_keyword(said.keyword, said.value, p_schema, p_root, p_where, p_depth) AS test
        FROM jsonb_each(p_schema) AS said (keyword, value)
        -- Once for each keyword, not for the condition below and the text: each level would double the work.
        OFFSET 0
    ) AS part
    WHERE part.test IS NOT NULL;
    IF length(v_text) > 200000 THEN
        PERFORM c360._schema_problem(p_where, 'it is too large', 'Use fewer alternatives under oneOf, or several events.');
    END IF;
    RETURN coalesce('(' || v_text || ')', '(1 == 1)');
END;
$$;

COMMENT ON FUNCTION c360._schema_condition(jsonb, jsonb, text, integer) IS
    'What a JSON Schema demands, as a condition of a jsonpath.';
