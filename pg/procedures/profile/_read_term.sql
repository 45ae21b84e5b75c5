-- One condition of a query as SQL on the row shown: the operators are those written here, the column is one of the catalogue, values
-- stand in $1 from p_place on. Patterns are bounded. Raises: 22023 for what is no condition, 42883 for an operator the type has not

CREATE OR REPLACE FUNCTION c360._read_term(
    p_filter    jsonb,
    p_data_type text,
    p_values    text[],
    p_place     integer
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_operator text := p_filter ->> 'operator';
    v_state    text := upper(p_values[1]);
    v_sql      text;
BEGIN
    IF p_values IS NULL OR array_position(p_values, NULL) IS NOT NULL THEN
        v_sql := NULL;
    ELSIF v_operator = 'in' THEN
        SELECT coalesce(
            format('shown.%I IN (', p_filter ->> 'column')
                || string_agg(format('(($1)[%s])::%s', p_place + number - 1, p_data_type), ', ') || ')',
            'false'
        )
        INTO v_sql
        FROM generate_series(1, cardinality(p_values)) AS number;
    ELSIF cardinality(p_values) <> 1 THEN
        v_sql := NULL;
    ELSIF v_operator IN ('like', 'ilike') THEN
        IF p_data_type <> 'text' THEN
            RAISE EXCEPTION 'operator does not exist: % ~~ text', p_data_type
                USING ERRCODE = 'undefined_function',
                      HINT = 'like and ilike are for columns of type text.';
        ELSIF length(p_values[1]) > 200 THEN
            RAISE EXCEPTION 'a pattern has at most 200 characters'
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        v_sql := format('shown.%I %s ($1)[%s]', p_filter ->> 'column', upper(v_operator), p_place);
    ELSIF v_operator = 'is' THEN
        IF v_state IN ('TRUE', 'FALSE', 'UNKNOWN') AND p_data_type <> 'boolean' THEN
            RAISE EXCEPTION 'argument of IS % must be type boolean, not type %', v_state, p_data_type
                USING ERRCODE = 'datatype_mismatch';
        END IF;
        v_sql := format(
            'shown.%I IS ' || CASE WHEN v_state IN ('NULL', 'TRUE', 'FALSE', 'UNKNOWN') THEN v_state WHEN v_state = 'NOT_NULL' THEN 'NOT NULL' END,
            p_filter ->> 'column'
        );
    ELSE
        v_sql := format(
            'shown.%I ' || CASE v_operator
                WHEN 'eq' THEN '='
                WHEN 'neq' THEN '<>'
                WHEN 'gt' THEN '>'
                WHEN 'gte' THEN '>='
                WHEN 'lt' THEN '<'
                WHEN 'lte' THEN '<='
            END || ' (($1)[%s])::%s',
            p_filter ->> 'column',
            p_place,
            p_data_type
        );
    END IF;

    IF v_sql IS NULL THEN
        RAISE EXCEPTION 'a condition cannot be read: %', p_filter
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = '{"column", "operator": eq, neq, gt, gte, lt, lte, like, ilike, in or is, "value", "negated"}';
    END IF;

    RETURN CASE WHEN (p_filter ->> 'negated')::boolean THEN 'NOT (' || v_sql || ')' ELSE '(' || v_sql || ')' END;
END;
$$;

COMMENT ON FUNCTION c360._read_term(jsonb, text, text[], integer) IS
    'One condition of a query as SQL.';
