-- The conditions of a query as SQL on the row shown, and the values in it, which the statement gets as $1.
-- Raises: what c360._read_column(), _read_value() and _read_term() raise

CREATE OR REPLACE FUNCTION c360._read_condition(
    p_relation      text,
    p_types         jsonb,
    p_filters       jsonb,
    OUT condition   text,
    OUT read_values text[]
)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_filter jsonb;
    v_type   text;
    v_own    text[];
BEGIN
    condition := 'true';
    read_values := '{}';

    FOR v_filter IN SELECT jsonb_array_elements(p_filters) LOOP
        v_type := c360._read_column(p_relation, p_types, v_filter ->> 'column');
        v_own := CASE jsonb_typeof(v_filter -> 'value')
            WHEN 'array' THEN ARRAY(SELECT jsonb_array_elements_text(v_filter -> 'value'))
            WHEN 'null' THEN CASE WHEN v_filter ->> 'operator' = 'is' THEN ARRAY['null'] END
            ELSE ARRAY[v_filter ->> 'value']
        END;

        IF v_filter ->> 'operator' NOT IN ('is', 'like', 'ilike') THEN
            v_own := ARRAY(SELECT c360._read_value(own.value, v_type) FROM unnest(v_own) AS own (value));
        END IF;

        condition := condition || ' AND ' || c360._read_term(v_filter, v_type, v_own, cardinality(read_values) + 1);
        read_values := read_values || v_own;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._read_condition(text, jsonb, jsonb) IS
    'The conditions of a query as SQL, and the values in them.';
