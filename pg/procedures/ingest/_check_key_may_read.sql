-- Write keys stand in web pages: whoever reads one must not be able to read anything with it.
-- Raises: U1413 key_may_not_read

CREATE OR REPLACE FUNCTION c360._check_key_may_read(p_kind text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_kind IS DISTINCT FROM 'secret' THEN
        RAISE EXCEPTION 'this key may only send events'
            USING ERRCODE = 'U1413',
                  HINT = 'Use a secret key, from a server: c360 key create --kind secret';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_key_may_read(text) IS
    'Refuses to read with anything but a secret key.';
