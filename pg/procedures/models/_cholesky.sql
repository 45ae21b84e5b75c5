-- The lower triangle L with L L' = p_matrix, as rows one after the other; NULL when the matrix is not positive definite.
-- p_matrix: symmetric, two dimensions. Pure.

CREATE OR REPLACE FUNCTION c360._cholesky(p_matrix double precision[])
    RETURNS double precision[]
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_size   CONSTANT integer := array_length(p_matrix, 1);
    v_lower  double precision[] := p_matrix;
    v_rest   double precision;
BEGIN
    FOR i IN 1..v_size LOOP
        FOR j IN 1..i LOOP
            v_rest := p_matrix[i][j];
            FOR k IN 1..j - 1 LOOP
                v_rest := v_rest - v_lower[i][k] * v_lower[j][k];
            END LOOP;
            IF i > j THEN
                v_lower[i][j] := v_rest / v_lower[j][j];
            ELSIF v_rest > 1e-14 * abs(p_matrix[i][i]) THEN
                v_lower[i][i] := sqrt(v_rest);
            ELSE
                RETURN NULL;
            END IF;
        END LOOP;
    END LOOP;
    RETURN v_lower;
END;
$$;

COMMENT ON FUNCTION c360._cholesky(double precision[]) IS
    'Lower triangle of a symmetric matrix, NULL when it is not positive definite.';
