-- The order of a query as SQL on the row shown: what was asked, then the keys, so that pages do not overlap.
-- Raises: 22023 for what is no order, 42703 for no column

CREATE OR REPLACE FUNCTION c360._read_order(
    p_relation text,
    p_types    jsonb,
    p_order    jsonb,
    p_keys     text[]
)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_term  jsonb;
    v_terms text[] := '{}';
    v_nulls text;
BEGIN
    FOR v_term IN SELECT jsonb_array_elements(p_order) LOOP
        PERFORM c360._read_column(p_relation, p_types, v_term ->> 'column');
        v_nulls := v_term ->> 'nulls';

        IF v_nulls NOT IN ('first', 'last') THEN
            RAISE EXCEPTION 'an order cannot be read: %', v_term
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = '{"column", "descending": true or false, "nulls": first or last}';
        END IF;

        v_terms := v_terms || concat_ws(
            ' ',
            format('shown.%I', v_term ->> 'column'),
            CASE WHEN (v_term ->> 'descending')::boolean THEN 'DESC' END,
            'NULLS ' || upper(v_nulls)
        );
    END LOOP;

    RETURN array_to_string(v_terms || ARRAY(SELECT format('shown.%I', key.name) FROM unnest(p_keys) AS key (name)), ', ');
END;
$$;

COMMENT ON FUNCTION c360._read_order(text, jsonb, jsonb, text[]) IS
    'The order of a query as SQL.';
