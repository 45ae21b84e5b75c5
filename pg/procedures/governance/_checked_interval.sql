-- Gives back an interval that a caller named, if it is not negative and not longer than the longest that makes sense.
-- NULL passes.
-- Raises: U4425 interval_out_of_bounds

CREATE OR REPLACE FUNCTION c360._checked_interval(p_name text, p_interval interval, p_longest interval)
    RETURNS interval
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_interval NOT BETWEEN interval '0' AND p_longest THEN
        RAISE EXCEPTION '% is out of bounds', p_name
            USING ERRCODE = 'U4425',
                  HINT = format('Give an interval from 0 to %s.', p_longest);
    END IF;

    RETURN p_interval;
END;
$$;

COMMENT ON FUNCTION c360._checked_interval(text, interval, interval) IS
    'An interval of the caller, or an error when it is out of bounds.';
