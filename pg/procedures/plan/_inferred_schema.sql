-- The JSON Schema that these values follow: their types, properties and which of them all objects have, items of arrays; texts that all are
-- dates or times say so. A number is a number: amounts that were whole so far need not be. To p_depth levels. No value stands in it. Pure.

CREATE OR REPLACE FUNCTION c360._inferred_schema(
    p_values jsonb[],
    p_depth  integer DEFAULT 6
)
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema  jsonb;
    v_objects jsonb[];
    v_items   jsonb[];
    v_texts   text[];
BEGIN
    SELECT
        CASE count(DISTINCT seen.type)
            WHEN 0 THEN '{}'
            WHEN 1 THEN jsonb_build_object('type', min(seen.type))
            ELSE jsonb_build_object('type', to_jsonb(array_agg(DISTINCT seen.type ORDER BY seen.type)))
        END,
        array_agg(seen.value) FILTER (WHERE seen.type = 'object'),
        array_agg(seen.value #>> '{}') FILTER (WHERE seen.type = 'string')
    INTO
        v_schema,
        v_objects,
        v_texts
    FROM (
        SELECT
            given.value,
            jsonb_typeof(given.value) AS type
        FROM unnest(p_values) AS given (value)
    ) AS seen;

    IF v_texts IS NOT NULL THEN
        v_schema := v_schema || CASE
            WHEN NOT EXISTS (SELECT FROM unnest(v_texts) AS said (text) WHERE said.text !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$') THEN '{"format": "date-time"}'::jsonb
            WHEN NOT EXISTS (SELECT FROM unnest(v_texts) AS said (text) WHERE said.text !~ '^\d{4}-\d\d-\d\d$') THEN '{"format": "date"}'
            ELSE '{}'
        END;
    END IF;
    IF v_objects IS NOT NULL AND p_depth > 0 THEN
        v_schema := v_schema || (
            SELECT jsonb_strip_nulls(jsonb_build_object(
                'properties', coalesce(jsonb_object_agg(found.name, c360._inferred_schema(found.held, p_depth - 1)), '{}'),
                'required', jsonb_agg(found.name ORDER BY found.name) FILTER (WHERE cardinality(found.held) = cardinality(v_objects))
            ))
            FROM (
                SELECT
                    member.name,
                    array_agg(member.value) AS held
                FROM unnest(v_objects) AS given (value)
                CROSS JOIN LATERAL jsonb_each(given.value) AS member (name, value)
                GROUP BY member.name
            ) AS found
        );
    END IF;
    IF p_depth > 0 THEN
        v_items := ARRAY(
            SELECT item.value
            FROM unnest(p_values) AS given (value)
            CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(given.value) WHEN 'array' THEN given.value ELSE '[]' END) AS item (value)
            LIMIT 10000
        );
        IF v_items <> '{}' THEN
            v_schema := v_schema || jsonb_build_object('items', c360._inferred_schema(v_items, p_depth - 1));
        END IF;
    END IF;

    RETURN v_schema;
END;
$$;

COMMENT ON FUNCTION c360._inferred_schema(jsonb[], integer) IS
    'The JSON Schema that values follow; no value stands in it.';
