-- Gives back how many rows a caller asks for, if that is a number of rows the server can hold in hand.
-- Raises: U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360._checked_limit(p_limit integer, p_most integer DEFAULT 100000)
    RETURNS integer
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (p_limit BETWEEN 0 AND p_most) IS NOT TRUE THEN
        RAISE EXCEPTION '% rows cannot be asked for', coalesce(p_limit::text, 'NULL')
            USING ERRCODE = 'U4426',
                  HINT = format('Ask for 0 to %s at a time.', p_most);
    END IF;

    RETURN p_limit;
END;
$$;

COMMENT ON FUNCTION c360._checked_limit(integer, integer) IS
    'A number of rows of the caller, or an error when it is out of bounds.';
