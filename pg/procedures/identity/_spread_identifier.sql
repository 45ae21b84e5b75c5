-- Takes an identifier as sent apart: a text or number is one value, a list is several, an object is one for each scope
-- ({"salesforce": "003"} under crm_id is 003 of type crm_id:salesforce). Anything else holds none. Raises nothing.
-- STRICT, so that it stays a call: one with NULL costs nothing, and several processes may make it.

CREATE OR REPLACE FUNCTION c360._spread_identifier(
    p_type  text,
    p_value jsonb
)
    RETURNS TABLE (identifier_type text, value text)
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
    SELECT
        p_type,
        c360._scalar(p_value)
    WHERE jsonb_typeof(p_value) IN ('string', 'number')
    UNION ALL
    SELECT
        p_type,
        c360._scalar(element.value)
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(p_value) = 'array' THEN p_value END) AS element (value)
    WHERE jsonb_typeof(element.value) IN ('string', 'number')
    UNION ALL
    SELECT
        p_type || ':' || scope.name,
        c360._scalar(scope.value)
    FROM jsonb_each(CASE WHEN jsonb_typeof(p_value) = 'object' THEN p_value END) AS scope (name, value)
    WHERE jsonb_typeof(scope.value) IN ('string', 'number');
$$;

COMMENT ON FUNCTION c360._spread_identifier(text, jsonb) IS
    'The single values in an identifier sent as text, number, list or object of scopes.';
