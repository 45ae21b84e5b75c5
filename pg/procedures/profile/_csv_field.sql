-- A value as a field of CSV (RFC 4180): NULL is nothing, an empty text is "". Pure.

CREATE OR REPLACE FUNCTION c360._csv_field(p_value text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN p_value = '' OR p_value ~ '[",\r\n]' THEN '"' || replace(p_value, '"', '""') || '"'
        ELSE coalesce(p_value, '')
    END;
$$;

COMMENT ON FUNCTION c360._csv_field(text) IS
    'A value as a field of CSV.';
