-- Whether JSON is a list of at most 50 texts, none of them empty. Pure.

CREATE OR REPLACE FUNCTION c360._is_list_of_texts(p_value jsonb)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT jsonb_typeof(p_value) = 'array'
        AND jsonb_array_length(CASE jsonb_typeof(p_value) WHEN 'array' THEN p_value ELSE '[]' END) <= 50
        AND NOT jsonb_path_exists(p_value, 'lax $[*] ? (@.type() != "string" || @ == "")');
$$;

COMMENT ON FUNCTION c360._is_list_of_texts(jsonb) IS
    'Whether JSON is a list of texts.';
