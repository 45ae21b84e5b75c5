-- What one keyword of a JSON Schema (draft 2020-12, and items as a list as in draft 7) demands of the item @, as the text of a condition of
-- a jsonpath in strict mode; NULL for one that demands nothing: texts, defaults, definitions. p_schema is the schema that it stands in,
-- p_root the whole one, for $ref; p_depth how many of these lead here.
-- A condition is true or false and never unknown: what would be an error there stands behind a test of the type.
-- Raises U1115 event_schema_invalid for keywords and values that cannot be checked.

CREATE OR REPLACE FUNCTION c360._schema_keyword(
    p_keyword text,
    p_value   jsonb,
    p_schema  jsonb,
    p_root    jsonb,
    p_where   text,
    p_depth   integer
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind constant text := jsonb_typeof(p_value);
    v_here constant text := p_where || '/' || p_keyword;
    v_text text;
    v_texts text[];
    v_size integer;
BEGIN
    IF p_keyword IN ('required', 'enum', 'allOf', 'anyOf', 'oneOf', 'prefixItems') AND v_kind <> 'array'
        OR p_keyword IN ('properties', 'patternProperties', 'dependentRequired', 'dependentSchemas') AND v_kind <> 'object'
        OR p_keyword IN ('pattern', 'format', '$ref') AND v_kind <> 'string'
        OR p_keyword IN ('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf') AND v_kind <> 'number'
        OR p_keyword ~ '^(min|max)(Length|Items|Properties|Contains)$' AND (v_kind <> 'number' OR p_value::numeric NOT BETWEEN 0 AND 60000 OR p_value::numeric % 1 <> 0)
    THEN
        PERFORM c360._schema_problem(v_here, format('%s cannot have the value %s', p_keyword, left(p_value::text, 80)), 'Look the keyword up in the JSON Schema specification; lengths and counts go up to 60000.');
    END IF;

    CASE p_keyword
    WHEN 'type' THEN
        SELECT string_agg(
            CASE WHEN listed.type = 'integer' THEN '(@.type() == "number" && @ % 1 == 0)' ELSE format('@.type() == %s', to_jsonb(listed.type)) END,
            ' || '
        )
        INTO v_text
        FROM jsonb_array_elements_text(CASE v_kind WHEN 'array' THEN p_value ELSE jsonb_build_array(p_value) END) AS listed (type);
        IF EXISTS (
            SELECT
            FROM jsonb_array_elements(CASE v_kind WHEN 'array' THEN p_value ELSE jsonb_build_array(p_value) END) AS listed (type)
            WHERE NOT listed.type <@ '["null", "boolean", "object", "array", "number", "string", "integer"]'
        ) OR v_text IS NULL THEN
            PERFORM c360._schema_problem(v_here, format('there is no type %s', p_value), 'Types are null, boolean, object, array, number, integer and string.');
        END IF;
        RETURN v_text;
    WHEN 'enum' THEN
        RETURN coalesce((SELECT string_agg(c360._schema_constant(listed.value), ' || ') FROM jsonb_array_elements(p_value) AS listed (value)), '1 == 0');
    WHEN 'const' THEN
        RETURN c360._schema_constant(p_value);
    WHEN 'minLength', 'maxLength' THEN
        -- A count in a pattern ends at 255.
        v_size := p_value::integer;
        RETURN '@.type() != "string" || @ like_regex "^' || CASE p_keyword
            WHEN 'minLength' THEN format('(.{200}){%s}.{%s}', v_size / 200, v_size % 200)
            ELSE format('(.{0,200}){%s}.{0,%s}$', v_size / 200, v_size % 200)
        END || '" flag "s"';
    WHEN 'pattern' THEN
        RETURN '@.type() != "string" || @ like_regex ' || p_value::text;
    WHEN 'format' THEN
        -- Others are hints, as the specification has it.
        v_text := CASE p_value #>> '{}'
            WHEN 'date' THEN '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
            WHEN 'date-time' THEN '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)([.][0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$'
            WHEN 'email' THEN '^[^@ ]+@[^@ ]+$'
            WHEN 'uuid' THEN '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
            WHEN 'uri' THEN '^[A-Za-z][A-Za-z0-9+.-]*:[^ ]*$'
        END;
        RETURN '@.type() != "string" || @ like_regex ' || to_jsonb(v_text)::text;
    WHEN 'minimum' THEN
        RETURN '@.type() != "number" || @ >= ' || p_value::text;
    WHEN 'maximum' THEN
        RETURN '@.type() != "number" || @ <= ' || p_value::text;
    WHEN 'exclusiveMinimum' THEN
        RETURN '@.type() != "number" || @ > ' || p_value::text;
    WHEN 'exclusiveMaximum' THEN
        RETURN '@.type() != "number" || @ < ' || p_value::text;
    WHEN 'multipleOf' THEN
        IF p_value::numeric <= 0 THEN
            PERFORM c360._schema_problem(v_here, 'multipleOf must be above zero', 'Use 0.01 for cents.');
        END IF;
        RETURN format('@.type() != "number" || @ %% %s == 0', p_value);
    WHEN 'required' THEN
        RETURN '@.type() != "object" || ' || coalesce(
            (SELECT string_agg(format('exists(@.keyvalue() ? (@.key == %s))', listed.name), ' && ') FROM jsonb_array_elements(p_value) AS listed (name)),
            '1 == 1'
        );
    WHEN 'properties', 'patternProperties', 'dependentSchemas' THEN
        RETURN '@.type() != "object" || ' || coalesce(
            (
                SELECT string_agg(
                    format(
                        CASE p_keyword
                            WHEN 'properties' THEN '!exists(@.keyvalue() ? (@.key == %s).value ? (!%s))'
                            WHEN 'patternProperties' THEN '!exists(@.keyvalue() ? (@.key like_regex %s).value ? (!%s))'
                            ELSE '(!exists(@.keyvalue() ? (@.key == %s)) || %s)'
                        END,
                        to_jsonb(part.name),
                        c360._schema_condition(part.value, p_root, v_here || '/' || part.name, p_depth)
                    ),
                    ' && '
                )
                FROM jsonb_each(p_value) AS part (name, value)
            ),
            '1 == 1'
        );
    WHEN 'additionalProperties' THEN
        RETURN format(
            '@.type() != "object" || !exists(@.keyvalue() ? (!(%s)).value ? (!%s))',
            coalesce(
                (
                    SELECT string_agg(known.test, ' || ')
                    FROM (
                        SELECT format('@.key == %s', to_jsonb(name)) FROM jsonb_object_keys(coalesce(p_schema -> 'properties', '{}')) AS name
                        UNION ALL
                        SELECT format('@.key like_regex %s', to_jsonb(name)) FROM jsonb_object_keys(coalesce(p_schema -> 'patternProperties', '{}')) AS name
                    ) AS known (test)
                ),
                '1 == 0'
            ),
            c360._schema_condition(p_value, p_root, v_here, p_depth)
        );
    WHEN 'propertyNames' THEN
        RETURN format('@.type() != "object" || !exists(@.keyvalue().key ? (!%s))', c360._schema_condition(p_value, p_root, v_here, p_depth));
    WHEN 'dependentRequired' THEN
        RETURN '@.type() != "object" || ' || coalesce(
            (
                SELECT string_agg(
                    format('(!exists(@.keyvalue() ? (@.key == %s)) || (%s))', to_jsonb(part.name), c360._schema_keyword('required', part.value, '{}', p_root, v_here || '/' || part.name, p_depth)),
                    ' && '
                )
                FROM jsonb_each(p_value) AS part (name, value)
            ),
            '1 == 1'
        );
    WHEN 'items', 'additionalItems' THEN
        IF p_keyword = 'items' AND v_kind = 'array' THEN
            RETURN c360._schema_keyword('prefixItems', p_value, p_schema, p_root, p_where, p_depth);
        ELSIF p_keyword = 'additionalItems' AND jsonb_typeof(p_schema -> 'items') IS DISTINCT FROM 'array' THEN
            RETURN NULL;
        END IF;
        v_size := coalesce(jsonb_array_length(p_schema -> CASE p_keyword WHEN 'items' THEN 'prefixItems' ELSE 'items' END), 0);
        RETURN format(
            '@.type() != "array" || @.size() <= %s || !exists(@[%s to last] ? (!%s))', v_size, v_size, c360._schema_condition(p_value, p_root, v_here, p_depth)
        );
    WHEN 'prefixItems' THEN
        RETURN '@.type() != "array" || ' || coalesce(
            (
                SELECT string_agg(
                    format('(@.size() < %s || !exists(@[%s] ? (!%s)))', part.position, part.position - 1, c360._schema_condition(part.value, p_root, v_here || '/' || (part.position - 1), p_depth)),
                    ' && ' ORDER BY part.position
                )
                FROM jsonb_array_elements(p_value) WITH ORDINALITY AS part (value, position)
            ),
            '1 == 1'
        );
    WHEN 'minItems' THEN
        RETURN '@.type() != "array" || @.size() >= ' || p_value::integer;
    WHEN 'maxItems' THEN
        RETURN '@.type() != "array" || @.size() <= ' || p_value::integer;
    WHEN 'contains' THEN
        IF p_schema -> 'minContains' = '0' THEN
            RETURN NULL;
        END IF;
        RETURN format('@.type() != "array" || exists(@[*] ? %s)', c360._schema_condition(p_value, p_root, v_here, p_depth));
    WHEN 'minContains' THEN
        IF p_value IN ('0', '1') OR NOT p_schema ? 'contains' THEN
            RETURN NULL;
        END IF;
    WHEN 'minProperties' THEN
        IF p_value = '0' THEN
            RETURN NULL;
        ELSIF p_value = '1' THEN
            RETURN '@.type() != "object" || exists(@.keyvalue())';
        END IF;
    WHEN 'maxProperties' THEN
        IF p_value = '0' THEN
            RETURN '@.type() != "object" || !exists(@.keyvalue())';
        END IF;
    WHEN 'uniqueItems' THEN
        IF p_value = 'false' THEN
            RETURN NULL;
        END IF;
    WHEN 'allOf', 'anyOf' THEN
        RETURN coalesce(
            (
                SELECT string_agg(
                    c360._schema_condition(part.value, p_root, v_here || '/' || (part.position - 1), p_depth), CASE p_keyword WHEN 'allOf' THEN ' && ' ELSE ' || ' END ORDER BY part.position
                )
                FROM jsonb_array_elements(p_value) WITH ORDINALITY AS part (value, position)
            ),
            '1 == 1'
        );
    WHEN 'oneOf' THEN
        v_texts := ARRAY(
            SELECT c360._schema_condition(part.value, p_root, v_here || '/' || (part.position - 1), p_depth)
            FROM jsonb_array_elements(p_value) WITH ORDINALITY AS part (value, position)
            ORDER BY part.position
        );
        -- Each stands there once for each.
        IF length(array_to_string(v_texts, ''))::bigint * cardinality(v_texts) > 200000 THEN
            PERFORM c360._schema_problem(v_here, 'it is too large', 'Use fewer alternatives under oneOf, or enum for constants.');
        END IF;
        RETURN (
            SELECT string_agg(
                '(' || (
                    SELECT string_agg(CASE WHEN other.position = part.position THEN '' ELSE '!' END || other.text, ' && ' ORDER BY other.position)
                    FROM unnest(v_texts) WITH ORDINALITY AS other (text, position)
                ) || ')',
                ' || ' ORDER BY part.position
            )
            FROM unnest(v_texts) WITH ORDINALITY AS part (text, position)
        );
    WHEN 'not' THEN
        RETURN '!' || c360._schema_condition(p_value, p_root, v_here, p_depth);
    WHEN 'if' THEN
        RETURN concat_ws(
            ' && ',
            format('(!%s || %s)', c360._schema_condition(p_value, p_root, v_here, p_depth), c360._schema_condition(p_schema -> 'then', p_root, p_where || '/then', p_depth)),
            format('(%s || %s)', c360._schema_condition(p_value, p_root, v_here, p_depth), c360._schema_condition(p_schema -> 'else', p_root, p_where || '/else', p_depth))
        );
    WHEN '$ref' THEN
        RETURN c360._schema_condition(c360._schema_referred(p_value #>> '{}', p_root, v_here, p_depth), p_root, v_here, p_depth + 1);
    WHEN 'then', 'else', '$defs', 'definitions', '$schema', '$id', '$comment', 'title', 'description', 'default', 'examples', 'deprecated',
        'readOnly', 'writeOnly', 'contentEncoding', 'contentMediaType', 'contentSchema' THEN
        RETURN NULL;
    ELSE
        -- Words of others say nothing here, those of the specification that cannot be checked must not be passed over.
        IF p_keyword NOT IN ('unevaluatedProperties', 'unevaluatedItems', 'maxContains', 'dependencies', '$dynamicRef', '$recursiveRef', '$anchor', '$dynamicAnchor') THEN
            RETURN NULL;
        END IF;
    END CASE;

    PERFORM c360._schema_problem(
        v_here, format('%s: %s is not checked by this release', p_keyword, left(p_value::text, 80)), 'Leave the keyword out; the documentation lists what is checked.'
    );
END;
$$;

COMMENT ON FUNCTION c360._schema_keyword(text, jsonb, jsonb, jsonb, text, integer) IS
    'What a keyword of a JSON Schema demands, as a condition of a jsonpath.';
