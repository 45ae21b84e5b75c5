-- Takes an identifier as sent apart: a text or number is one value, a list is several, an object is one for each scope
-- ({"salesforce": "003"} under crm_id is 003 of type crm_id:salesforce), and one that has a number and says of which kind
-- ({"type": "passport", "number": "B123"}) is that number under that scope, alone or in a list. Anything else holds none.
-- Raises nothing. STRICT, so that it stays a call: one with NULL costs nothing, and several processes may make it.

CREATE OR REPLACE FUNCTION c360._spread_identifier(
    p_type  text,
    p_value jsonb
)
    RETURNS TABLE (identifier_type text, value text)
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
    WITH element AS (
        SELECT
            part.value,
            coalesce(part.value -> 'number', part.value -> 'value', part.value -> 'id') AS number,
            coalesce(part.value ->> 'type', part.value ->> 'kind') AS kind
        FROM jsonb_array_elements(CASE jsonb_typeof(p_value) WHEN 'array' THEN p_value ELSE jsonb_build_array(p_value) END) AS part (value)
    )
    SELECT
        p_type,
        c360._scalar(element.value)
    FROM element
    WHERE jsonb_typeof(element.value) IN ('string', 'number')
    UNION ALL
    SELECT
        p_type || coalesce(':' || regexp_replace(lower(element.kind COLLATE "C"), '\s+', '_', 'g'), ''),
        c360._scalar(element.number)
    FROM element
    WHERE jsonb_typeof(element.value) = 'object'
      AND jsonb_typeof(element.number) IN ('string', 'number')
    UNION ALL
    SELECT
        p_type || ':' || scope.name,
        c360._scalar(scope.value)
    FROM jsonb_each(CASE WHEN jsonb_typeof(p_value) = 'object' THEN p_value END) AS scope (name, value)
    WHERE jsonb_typeof(scope.value) IN ('string', 'number')
      AND NOT p_value ?| ARRAY['number', 'value', 'id', 'type', 'kind'];
$$;

COMMENT ON FUNCTION c360._spread_identifier(text, jsonb) IS
    'The single values in an identifier sent as text, number, list or object of scopes.';
