-- Whether a value of a document is a whole number between two, written without decimals: 30.0 is none, because it cannot be read as an integer. Pure.

CREATE OR REPLACE FUNCTION c360._is_whole_number_between(p_value jsonb, p_least numeric, p_most numeric)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c360._is_number_between(p_value, p_least, p_most)
        AND p_value #>> '{}' ~ '^-?[0-9]+$';
$$;

COMMENT ON FUNCTION c360._is_whole_number_between(jsonb, numeric, numeric) IS
    'Whether a value of a document is a whole number between two.';
