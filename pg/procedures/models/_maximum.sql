-- Finds the maximum of a likelihood by Newton's method with Levenberg's damping, from p_start (logarithms of the parameters). It ends when a whole
-- step promises less than p_gain of the likelihood; that step is taken still, its gain as promised, so what is left is of its square.
-- Answers parameters and log-likelihood there (without the prior), standard errors, how many steps it took and a status: converged; boundary, when the likelihood rises
-- towards a parameter of zero or infinity; max_iter or stalled, when the search ended before. Trusts its arguments. Pure.

CREATE OR REPLACE FUNCTION c360._maximum(
    p_kind   text,
    p_x      integer[],
    p_first  double precision[],
    p_second double precision[],
    p_count  double precision[],
    p_over   double precision[],
    p_start  double precision[],
    p_prior  double precision,
    p_gain   double precision DEFAULT 1e-13
)
    RETURNS c360.maximum
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    c_most_steps  CONSTANT integer := 100;
    c_stride      CONSTANT double precision := 2;
    c_farthest    CONSTANT double precision := 10;
    -- A logarithm known no better than this says that the likelihood is flat there.
    c_vague       CONSTANT double precision := 10;
    v_size        CONSTANT integer := array_length(p_start, 1);
    v_here        c360.model_terms := c360._model_terms(p_kind, p_x, p_first, p_second, p_count, p_over, p_start, p_prior);
    v_there       c360.model_terms;
    v_log         double precision[] := p_start;
    v_tried       double precision[];
    v_damped      double precision[];
    v_lower       double precision[];
    v_step        double precision[];
    v_damping     double precision := 1e-3;
    v_longest     double precision;
    v_promise     double precision;
    v_found       c360.maximum;
    v_errors      double precision[];
BEGIN
    v_found.status := 'max_iter';
    FOR step IN 1..c_most_steps LOOP
        v_found.steps := step;
        v_damped := v_here.information;
        FOR i IN 1..v_size LOOP
            v_damped[i][i] := v_damped[i][i] + v_damping * greatest(abs(v_damped[i][i]), 1e-6);
        END LOOP;
        v_lower := c360._cholesky(v_damped);
        IF v_lower IS NULL THEN
            v_damping := v_damping * 10;
            IF v_damping > 1e12 THEN
                v_found.status := 'stalled';
                EXIT;
            END IF;
            CONTINUE;
        END IF;

        v_step := c360._solve(v_lower, v_here.gradient);
        v_longest := 0;
        v_promise := 0;
        FOR i IN 1..v_size LOOP
            v_longest := greatest(v_longest, abs(v_step[i]));
            v_promise := v_promise + v_step[i] * v_here.gradient[i];
        END LOOP;
        FOR i IN 1..v_size LOOP
            v_tried[i] := greatest(least(v_log[i] + v_step[i] * least(1, c_stride / v_longest), c_farthest), -c_farthest);
        END LOOP;
        IF v_promise < p_gain * (1 + abs(v_here.value)) AND v_damping <= 1 THEN
            v_found.status := 'converged';
            v_log := v_tried;
            v_here.value := v_here.value + v_promise / 2;
            EXIT;
        END IF;
        IF v_tried = v_log THEN
            v_found.status := 'boundary';
            EXIT;
        END IF;
        v_there := c360._model_terms(p_kind, p_x, p_first, p_second, p_count, p_over, v_tried, p_prior);
        IF v_there.value >= v_here.value THEN
            v_log := v_tried;
            v_here := v_there;
            v_damping := greatest(v_damping / 10, 1e-9);
        ELSE
            v_damping := v_damping * 10;
            IF v_damping > 1e12 THEN
                v_found.status := 'stalled';
                EXIT;
            END IF;
        END IF;
    END LOOP;

    v_errors := c360._standard_errors(v_here.information);
    IF (
        v_errors IS NULL
        OR (SELECT bool_or(error > c_vague) FROM unnest(v_errors) AS error)
        OR (SELECT bool_or(abs(value) >= c_farthest) FROM unnest(v_log) AS value)
    ) IS TRUE THEN
        v_found.status := 'boundary';
    END IF;
    v_found.log_likelihood := v_here.value;
    FOR i IN 1..v_size LOOP
        v_found.parameters[i] := exp(v_log[i]);
        v_found.log_likelihood := v_found.log_likelihood + p_prior * v_log[i] ^ 2 / 2;
        IF v_found.status = 'converged' THEN
            v_found.standard_errors[i] := v_errors[i] * v_found.parameters[i];
        END IF;
    END LOOP;
    RETURN v_found;
END;
$$;

COMMENT ON FUNCTION c360._maximum(text, integer[], double precision[], double precision[], double precision[], double precision[], double precision[], double precision, double precision) IS
    'Maximum of the likelihood of a model.';
