-- A number as the shortest decimal that is read as the same number again, so that decimals add up to exactly it. Pure.

CREATE OR REPLACE FUNCTION c360._exact(p_value double precision)
    RETURNS numeric
    LANGUAGE sql
    IMMUTABLE STRICT
    SET search_path = pg_catalog, pg_temp
    SET extra_float_digits = 1
AS $$
    SELECT p_value::text::numeric;
$$;

COMMENT ON FUNCTION c360._exact(double precision) IS
    'A number as a decimal, without loss.';
