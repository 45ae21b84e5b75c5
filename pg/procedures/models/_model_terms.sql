-- Log-likelihood of a model at logarithms of its parameters, with gradient and information (negative Hessian) in these logarithms.
-- Answers {value, gradient[], information[][]} with a normal prior around zero of weight p_prior. Trusts its arguments. Pure.
-- p_kind and its columns: bg_nbd, mbg_nbd (x, recency, age, count; p_over as in _purchase_likelihood); gamma_gamma (x, mean value, count);
-- sbg (p_first renewed, p_second lost, by period).

CREATE OR REPLACE FUNCTION c360._model_terms(
    p_kind   text,
    p_x      integer[],
    p_first  double precision[],
    p_second double precision[],
    p_count  double precision[],
    p_over   double precision[],
    p_log    double precision[],
    p_prior  double precision
)
    RETURNS c360.model_terms
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_size    CONSTANT integer := array_length(p_log, 1);
    v_model   double precision[];
    v_flat    double precision[];
    v_terms   c360.model_terms;
    v_place   integer := 1 + v_size;
BEGIN
    FOR i IN 1..v_size LOOP
        v_model[i] := exp(p_log[i]);
    END LOOP;
    v_flat := CASE p_kind
        WHEN 'gamma_gamma' THEN c360._spend_likelihood(p_x, p_first, p_count, v_model)
        WHEN 'sbg' THEN c360._retention_likelihood(p_first, p_second, v_model)
        ELSE c360._purchase_likelihood((p_kind = 'mbg_nbd')::integer, p_x, p_first, p_second, p_count, p_over, v_model)
    END;

    v_terms.value := v_flat[1];
    v_terms.information := array_fill(0::double precision, ARRAY[v_size, v_size]);
    -- Squares of what is this near to nothing underflow, which would be an error.
    FOR i IN 1..array_length(v_flat, 1) LOOP
        IF abs(v_flat[i]) < 1e-60 THEN
            v_flat[i] := 0;
        END IF;
    END LOOP;
    FOR i IN 1..v_size LOOP
        v_terms.value := v_terms.value - p_prior * p_log[i] ^ 2 / 2;
        v_terms.gradient[i] := v_model[i] * v_flat[1 + i] - p_prior * p_log[i];
        FOR j IN i..v_size LOOP
            v_place := v_place + 1;
            v_terms.information[i][j] := -v_model[i] * v_model[j] * v_flat[v_place];
            v_terms.information[j][i] := v_terms.information[i][j];
        END LOOP;
        v_terms.information[i][i] := v_terms.information[i][i] - v_model[i] * v_flat[1 + i] + p_prior;
    END LOOP;
    RETURN v_terms;
END;
$$;

COMMENT ON FUNCTION c360._model_terms(text, integer[], double precision[], double precision[], double precision[], double precision[], double precision[], double precision) IS
    'Log-likelihood of a model with gradient and information in the logarithms of its parameters.';
