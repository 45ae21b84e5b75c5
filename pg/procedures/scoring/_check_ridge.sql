-- Raises U3430 for a ridge that no model of leads can be asked for. Pure.

CREATE OR REPLACE FUNCTION c360._check_ridge(p_ridge double precision)
    RETURNS void
    LANGUAGE plpgsql
    IMMUTABLE
AS $$
BEGIN
    IF (p_ridge >= 0 AND p_ridge <= 1000000) IS NOT TRUE THEN
        RAISE EXCEPTION 'the ridge cannot be %', p_ridge
            USING ERRCODE = 'U3430',
                  HINT = 'It draws coefficients towards 0, from 0 (not at all) to 1000000; 1 is a little.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_ridge(double precision) IS
    'Refuses a ridge that cannot be.';
