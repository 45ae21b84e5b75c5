-- Whether a value of a document is a number between two, with at most six decimals. Pure.

CREATE OR REPLACE FUNCTION c360._is_number_between(p_value jsonb, p_least numeric, p_most numeric)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN jsonb_typeof(p_value) = 'number' THEN
            (p_value #>> '{}')::numeric BETWEEN p_least AND p_most
            AND (p_value #>> '{}')::numeric = round((p_value #>> '{}')::numeric, 6)
        ELSE false
    END;
$$;

COMMENT ON FUNCTION c360._is_number_between(jsonb, numeric, numeric) IS
    'Whether a value of a document is a number between two.';
