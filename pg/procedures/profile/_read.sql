-- Reads rows of one of a tenant's views for people (_readable_relations) by a query that was parsed already. Trusts the search_path.
-- The statement is made of names from the catalogue and of operators written here; what came from outside is a value in its
-- parameters, or a name to answer under, quoted. Members of the query, each of which may be missing:
--   select  [{"column", "as"}]                     count   exact, planned or estimated
--   where   [{"column", "operator", "value", "negated"}]    search  words that begin words of a name
--   order   [{"column", "descending", "nulls"}]     after   go on after this row: next_after of the page before
--   limit, offset   1,000 rows at most              format  json, object (one row, no list), csv or ndjson
-- The body is text, made here, so that numbers keep all their digits. next_after is NULL on the last page, and in an order of
-- one's own. Volatile, because it asks the planner.
-- Raises: 42P01 for a relation that is not read, 42703, 42701, 42883, 22023 and other 22xxx for what is wrong in the query, U4426

CREATE OR REPLACE FUNCTION c360._read(
    p_tenant   text,
    p_relation text,
    p_query    jsonb
)
    RETURNS TABLE (body text, row_count integer, total_count bigint, next_after text)
    LANGUAGE plpgsql
    SET jit = off
    -- A page is in the middle: a merge would read the other table from its beginning to there.
    SET enable_mergejoin = off
AS $$
#variable_conflict use_variable
DECLARE
    v_most      constant integer := 1000;
    v_limit     integer := least(c360._checked_limit(coalesce((p_query ->> 'limit')::integer, v_most), 2147483647), v_most);
    v_offset    bigint := coalesce((p_query ->> 'offset')::bigint, 0);
    v_terms     jsonb := coalesce(p_query -> 'order', '[]');
    v_after     text := p_query ->> 'after';
    v_format    text := coalesce(p_query ->> 'format', 'json');
    v_keys      text[] := (SELECT readable.keys FROM c360._readable_relations() AS readable WHERE readable.relation = p_relation);
    v_types     jsonb;
    v_select    jsonb := nullif(p_query -> 'select', '[]');
    v_source    record;
    v_condition record;
    v_from      text;
    v_order     text;
    v_page      text;
    v_sql       text;
BEGIN
    SELECT
        jsonb_object_agg(readable.column_name, readable.data_type),
        coalesce(v_select, jsonb_agg(jsonb_build_object('column', readable.column_name) ORDER BY readable.place))
    INTO
        v_types,
        v_select
    FROM c360._readable_columns(p_tenant) AS readable
    WHERE readable.relation = p_relation;

    IF v_types IS NULL THEN
        RAISE EXCEPTION 'relation "%" does not exist', p_relation
            USING ERRCODE = 'undefined_table',
                  HINT = (SELECT 'There are ' || string_agg(readable.relation, ', ') FROM c360._readable_relations() AS readable);
    ELSIF v_offset < 0 OR v_format NOT IN ('json', 'object', 'csv', 'ndjson')
        OR (v_after IS NOT NULL AND (v_terms <> '[]' OR cardinality(v_keys) > 1)) THEN
        RAISE EXCEPTION 'the offset is negative, the format none of json, object, csv and ndjson, or after goes with an order'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    SELECT * INTO v_source FROM c360._read_source(p_tenant, p_relation, p_query ->> 'search');
    SELECT * INTO v_condition FROM c360._read_condition(p_relation, v_types, coalesce(p_query -> 'where', '[]'));
    v_from := v_source.source || ' WHERE ' || v_condition.condition;

    v_order := c360._read_order(p_relation, v_types, v_terms, v_keys);
    v_page := v_from || CASE
        WHEN v_after IS NULL THEN ''
        ELSE format(' AND shown.%I > ($3)::%s', v_keys[1], v_types ->> v_keys[1])
    END || format(' ORDER BY %s LIMIT %s OFFSET %s', v_order, v_limit, v_offset);

    -- The page is chosen by what conditions and order look at, without the tables that only its columns need.
    IF p_relation = 'cdp_profiles' THEN
        v_page := format('(SELECT shown.master_profile_id FROM %s) AS chosen JOIN cdp_profiles AS shown', v_page)
            || ' ON shown.master_profile_id = chosen.master_profile_id ORDER BY ' || v_order;
    END IF;

    SELECT format(
        'SELECT string_agg(%1$s, %2$L), count(*)::integer, CASE WHEN %3$L = ''exact'' THEN (SELECT count(*) FROM %4$s) END,'
            ' CASE WHEN count(*) = %5$s THEN (array_agg(page.place))[count(*)] END'
            ' FROM (SELECT %6$s, shown.%7$I::text AS place FROM %8$s) AS page CROSS JOIN LATERAL (SELECT %9$s) AS picked',
        CASE v_format
            WHEN 'csv' THEN 'array_to_string(ARRAY['
                || string_agg(format('c360._csv_field(page.c%s::text)', field.number), ', ' ORDER BY field.number) || '], '','')'
            ELSE 'to_json(picked.*)::text'
        END,
        CASE WHEN v_format IN ('csv', 'ndjson') THEN E'\n' ELSE ',' END,
        p_query ->> 'count',
        v_from,
        v_limit,
        string_agg(format('shown.%I AS c%s', field.column_name, field.number), ', ' ORDER BY field.number),
        v_keys[1],
        v_page,
        string_agg(format('page.c%s AS %I', field.number, field.shown_as), ', ' ORDER BY field.number)
    )
    INTO v_sql
    FROM c360._read_fields(p_relation, v_types, v_select) AS field;

    EXECUTE v_sql
    USING v_condition.read_values, v_source.patterns, c360._read_value(v_after, v_types ->> v_keys[1])
    INTO body, row_count, total_count, next_after;

    total_count := coalesce(
        total_count,
        c360._read_count(p_query ->> 'count', v_from, v_condition.read_values, v_source.patterns, v_after, v_most)
    );
    body := CASE v_format
        WHEN 'json' THEN '[' || coalesce(body, '') || ']'
        WHEN 'object' THEN coalesce(body, '')
        WHEN 'ndjson' THEN coalesce(body || E'\n', '')
        ELSE concat(
            CASE WHEN v_after IS NULL THEN (
                SELECT string_agg(c360._csv_field(field.shown_as), ',' ORDER BY field.number) || E'\n'
                FROM c360._read_fields(p_relation, v_types, v_select) AS field
            ) END,
            body || E'\n'
        )
    END;
    next_after := CASE WHEN v_terms = '[]' AND cardinality(v_keys) = 1 THEN next_after END;
    RETURN NEXT;
END;
$$;

COMMENT ON FUNCTION c360._read(text, text, jsonb) IS
    'A page of rows of one of the views that are read over HTTP.';
