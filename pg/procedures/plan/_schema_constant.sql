-- The condition, as text of a jsonpath in strict mode, that the item @ equals a JSON value: numbers by value, objects whatever the order of
-- their members. Pure.

CREATE OR REPLACE FUNCTION c360._schema_constant(p_value jsonb)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE jsonb_typeof(p_value)
        WHEN 'null' THEN '(@.type() == "null")'
        WHEN 'array' THEN (
            SELECT format('(@.type() == "array" && @.size() == %s%s)', count(part.value),
                coalesce(string_agg(format(' && exists(@[%s] ? %s)', part.position - 1, c360._schema_constant(part.value)), '' ORDER BY part.position), ''))
            FROM jsonb_array_elements(p_value) WITH ORDINALITY AS part (value, position)
        )
        WHEN 'object' THEN (
            SELECT format('(@.type() == "object" && !exists(@.keyvalue() ? (%s))%s)',
                coalesce(string_agg(format('@.key != %s', to_jsonb(part.name)), ' && '), '1 == 1'),
                coalesce(string_agg(format(' && exists(@.keyvalue() ? (@.key == %s).value ? %s)', to_jsonb(part.name), c360._schema_constant(part.value)), ''), ''))
            FROM jsonb_each(p_value) AS part (name, value)
        )
        -- Values of two types cannot be compared there.
        ELSE format('(@.type() == "%s" && @ == %s)', jsonb_typeof(p_value), p_value)
    END;
END;
$$;

COMMENT ON FUNCTION c360._schema_constant(jsonb) IS
    'The condition of a jsonpath that an item equals a JSON value.';
