-- The vector y with L L' y = p_vector; p_lower is L as _cholesky() answers it. Pure.

CREATE OR REPLACE FUNCTION c360._solve(p_lower double precision[], p_vector double precision[])
    RETURNS double precision[]
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_size      CONSTANT integer := array_length(p_vector, 1);
    v_solution  double precision[] := p_vector;
    v_rest      double precision;
BEGIN
    FOR i IN 1..v_size LOOP
        v_rest := v_solution[i];
        FOR k IN 1..i - 1 LOOP
            v_rest := v_rest - p_lower[i][k] * v_solution[k];
        END LOOP;
        v_solution[i] := v_rest / p_lower[i][i];
    END LOOP;
    FOR i IN REVERSE v_size..1 LOOP
        v_rest := v_solution[i];
        FOR k IN i + 1..v_size LOOP
            v_rest := v_rest - p_lower[k][i] * v_solution[k];
        END LOOP;
        v_solution[i] := v_rest / p_lower[i][i];
    END LOOP;
    RETURN v_solution;
END;
$$;

COMMENT ON FUNCTION c360._solve(double precision[], double precision[]) IS
    'Solution of a system of equations whose matrix was taken apart by _cholesky().';
