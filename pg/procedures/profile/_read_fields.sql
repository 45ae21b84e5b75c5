-- The columns of a query under the names they are answered with, in order; all of them where none was asked for.
-- Raises: 22023 for a name that cannot be one, 42701 for a name given twice, 42703 for no column

CREATE OR REPLACE FUNCTION c360._read_fields(
    p_relation text,
    p_types    jsonb,
    p_select   jsonb
)
    RETURNS TABLE (number bigint, column_name text, shown_as text)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_wrong text;
BEGIN
    IF jsonb_array_length(p_select) > 1600 THEN
        RAISE EXCEPTION 'at most 1,600 columns can be asked for'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    SELECT CASE WHEN count(*) > 1 THEN '42701' ELSE '22023' END || field.name
    INTO v_wrong
    FROM (
        SELECT
            coalesce(item.value ->> 'as', item.value ->> 'column') AS name,
            c360._read_column(p_relation, p_types, item.value ->> 'column') AS data_type
        FROM jsonb_array_elements(p_select) AS item (value)
    ) AS field
    GROUP BY field.name
    HAVING count(*) > 1
        OR octet_length(field.name) NOT BETWEEN 1 AND 63
        OR bool_or(field.data_type IS NULL)
    LIMIT 1;

    IF FOUND THEN
        RAISE EXCEPTION 'the name "%" is too long, empty or given twice', substr(v_wrong, 6)
            USING ERRCODE = left(v_wrong, 5);
    END IF;

    RETURN QUERY
    SELECT
        item.place,
        item.value ->> 'column',
        coalesce(item.value ->> 'as', item.value ->> 'column')
    FROM jsonb_array_elements(p_select) WITH ORDINALITY AS item (value, place);
END;
$$;

COMMENT ON FUNCTION c360._read_fields(text, jsonb, jsonb) IS
    'The columns of a query and the names they are answered with.';
