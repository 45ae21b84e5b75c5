-- The checks that an event schema is made of: for each keyword a jsonpath that is true of what obeys it, where the value stands ("/products/*/price";
-- empty: the whole), and what is demanded. Keywords of properties, items, allOf and references are checks of their own, so that a violation
-- says what is wrong; alternatives are one check. Raises U1115 event_schema_invalid.

CREATE OR REPLACE FUNCTION c360._schema_checks(
    p_schema jsonb,
    p_root   jsonb   DEFAULT NULL,
    p_reach  text    DEFAULT '$',
    p_path   text    DEFAULT '',
    p_where  text    DEFAULT '',
    p_depth  integer DEFAULT 0
)
    RETURNS TABLE (path text, keyword text, demanded jsonb, test jsonpath)
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_root constant jsonb := coalesce(p_root, p_schema);
    v_said record;
    v_text text;
BEGIN
    IF p_schema IN ('true', '{}') THEN
        RETURN;
    ELSIF jsonb_typeof(p_schema) IS DISTINCT FROM 'object' THEN
        RETURN QUERY SELECT p_path, 'false', p_schema, format('strict !exists(%s ? (!%s))', p_reach, c360._schema_condition(p_schema, v_root, p_where, p_depth))::jsonpath;
        RETURN;
    END IF;

    FOR v_said IN SELECT said.keyword, said.value FROM jsonb_each(p_schema) AS said (keyword, value) LOOP
        v_text := c360._schema_keyword(v_said.keyword, v_said.value, p_schema, v_root, p_where, p_depth);
        CONTINUE WHEN v_text IS NULL;

        CASE
        WHEN v_said.keyword = 'properties' THEN
            RETURN QUERY
            SELECT below.*
            FROM jsonb_each(v_said.value) AS part (name, value)
            CROSS JOIN LATERAL c360._schema_checks(
                part.value, v_root, format('%s ? (@.type() == "object").keyvalue() ? (@.key == %s).value', p_reach, to_jsonb(part.name)),
                p_path || '/' || part.name, p_where || '/properties/' || part.name, p_depth
            ) AS below;
        WHEN v_said.keyword = 'items' AND jsonb_typeof(v_said.value) = 'object' AND NOT p_schema ? 'prefixItems' THEN
            RETURN QUERY
            SELECT below.*
            FROM c360._schema_checks(
                v_said.value, v_root, p_reach || ' ? (@.type() == "array")[*]', p_path || '/*', p_where || '/items', p_depth
            ) AS below;
        WHEN v_said.keyword = 'allOf' THEN
            RETURN QUERY
            SELECT below.*
            FROM jsonb_array_elements(v_said.value) WITH ORDINALITY AS part (value, position)
            CROSS JOIN LATERAL c360._schema_checks(part.value, v_root, p_reach, p_path, p_where || '/allOf/' || (part.position - 1), p_depth) AS below;
        WHEN v_said.keyword = '$ref' THEN
            RETURN QUERY
            SELECT below.*
            FROM c360._schema_checks(
                c360._schema_referred(v_said.value #>> '{}', v_root, p_where || '/$ref', p_depth), v_root, p_reach, p_path, p_where || '/$ref', p_depth + 1
            ) AS below;
        WHEN v_said.keyword = 'required' THEN
            RETURN QUERY
            SELECT
                p_path || '/' || (named.name #>> '{}'),
                v_said.keyword,
                'true'::jsonb,
                format('strict !exists(%s ? (!(%s)))', p_reach, c360._schema_keyword('required', jsonb_build_array(named.name), '{}', v_root, p_where, p_depth))::jsonpath
            FROM jsonb_array_elements(v_said.value) AS named (name);
        ELSE
            IF NOT pg_input_is_valid(format('strict !exists(%s ? (!(%s)))', p_reach, v_text), 'jsonpath') THEN
                PERFORM c360._schema_problem(p_where || '/' || v_said.keyword, format('%s cannot be checked', left(v_said.value::text, 80)), 'Is a regular expression in it that PostgreSQL does not know?');
            END IF;
            RETURN QUERY SELECT p_path, v_said.keyword, v_said.value, format('strict !exists(%s ? (!(%s)))', p_reach, v_text)::jsonpath;
        END CASE;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._schema_checks(jsonb, jsonb, text, text, text, integer) IS
    'The checks that an event schema is made of, as jsonpaths.';
