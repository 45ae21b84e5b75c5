-- Gives back a time that a caller named, if it lies within bounds: no table and no later call may have to live with times such
-- as infinity. NULL passes. Without bounds: 1900 to 2200.
-- Raises: U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360._checked_time(
    p_name  text,
    p_at    timestamptz,
    p_from  timestamptz DEFAULT '1900-01-01 00:00+00',
    p_until timestamptz DEFAULT '2200-01-01 00:00+00'
)
    RETURNS timestamptz
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_at NOT BETWEEN p_from AND p_until THEN
        RAISE EXCEPTION '% is out of bounds', p_name
            USING ERRCODE = 'U4424',
                  HINT = format('Give a time between %s and %s.', p_from, p_until);
    END IF;

    RETURN p_at;
END;
$$;

COMMENT ON FUNCTION c360._checked_time(text, timestamptz, timestamptz, timestamptz) IS
    'A time of the caller, or an error when it is out of bounds.';
