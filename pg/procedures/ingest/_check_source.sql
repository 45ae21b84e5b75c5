-- Refuses a name that cannot be that of a source.
-- Raises: U1006 source_invalid

CREATE OR REPLACE FUNCTION c360._check_source(p_source text)
    RETURNS void
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (p_source ~ '^[a-z0-9][a-z0-9_.-]{0,62}$') IS NOT TRUE THEN
        RAISE EXCEPTION 'source "%" is not a valid name', left(p_source, 100)
            USING ERRCODE = 'U1006',
                  HINT = 'Use up to 63 small letters, digits, _, . and -.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_source(text) IS 'Raises an error for a name that cannot be that of a source.';
