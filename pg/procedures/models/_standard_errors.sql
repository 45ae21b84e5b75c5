-- Standard errors from the information (the negative Hessian of a log-likelihood), NULL when it is not positive definite. Pure.

CREATE OR REPLACE FUNCTION c360._standard_errors(p_information double precision[])
    RETURNS double precision[]
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_size   CONSTANT integer := array_length(p_information, 1);
    v_lower  CONSTANT double precision[] := c360._cholesky(p_information);
    v_unit   double precision[];
    v_errors double precision[];
BEGIN
    IF v_lower IS NULL THEN
        RETURN NULL;
    END IF;
    FOR i IN 1..v_size LOOP
        v_unit := array_fill(0::double precision, ARRAY[v_size]);
        v_unit[i] := 1;
        v_errors[i] := sqrt((c360._solve(v_lower, v_unit))[i]);
    END LOOP;
    RETURN v_errors;
END;
$$;

COMMENT ON FUNCTION c360._standard_errors(double precision[]) IS
    'Standard errors from an information matrix.';
