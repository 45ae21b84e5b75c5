-- What names a record of an import in its system, as an identifier is read (1001.0 is 1001); NULL for what names none: an absent value,
-- the error of a spreadsheet, "(not set)". One that is too long stays as it is. Raises nothing.

CREATE OR REPLACE FUNCTION c360._import_key(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_key text := c360.normalise_id(p_value);
BEGIN
    RETURN CASE
        WHEN length(p_value) > 500 THEN p_value
        WHEN v_key ~ '^[0-9]+$' OR NOT c360._is_nobodys(v_key) THEN v_key
    END;
END;
$$;

COMMENT ON FUNCTION c360._import_key(text) IS
    'The key of a row of an import; NULL where it names no record.';
