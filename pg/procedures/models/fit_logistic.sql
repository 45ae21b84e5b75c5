-- Fits a logistic regression by maximum likelihood, by Newton's method (iteratively reweighted least squares). p_x: a row of numbers for each
-- case; p_y: whether it did what is to be foretold. p_ridge draws the coefficients of the columns, in their standard deviations, towards 0; 0 is
-- maximum likelihood. Status separated: a line divides the cases, coefficients have no end and are not told; give a ridge.
-- Raises: 22023 for fewer than 100 cases of either kind, values that are no numbers, and columns that say nothing of their own.

CREATE OR REPLACE FUNCTION c360.fit_logistic(
    p_x     double precision[],
    p_y     boolean[],
    p_ridge double precision DEFAULT 0
)
    RETURNS c360.logistic_fit
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_most_steps  CONSTANT integer := 100;
    v_fit         c360.logistic_fit;
    v_means       double precision[];
    v_deviations  double precision[];
    v_z           double precision[];
    v_here        c360.model_terms;
    v_there       c360.model_terms;
    v_lower       double precision[];
    v_step        double precision[];
    v_promise     double precision;
    v_length      double precision := 1;
    v_found       double precision[];
    v_tried       double precision[];
    v_errors      double precision[];
BEGIN
    PERFORM c360._check_cases(p_x, p_y, p_ridge);

    SELECT
        array_agg(summed.mean ORDER BY summed.column_number),
        array_agg(summed.deviation ORDER BY summed.column_number)
    INTO
        v_means,
        v_deviations
    FROM (
        SELECT
            (cell.place - 1) % array_length(p_x, 2) AS column_number,
            avg(cell.value) AS mean,
            CASE WHEN min(cell.value) < max(cell.value) THEN stddev_pop(cell.value) ELSE 0 END AS deviation
        FROM unnest(p_x) WITH ORDINALITY AS cell (value, place)
        GROUP BY 1
    ) AS summed;
    IF 0 = ANY (v_deviations) THEN
        RAISE EXCEPTION 'a column has the same number in all cases'
            USING ERRCODE = '22023',
                  HINT = 'Leave it out: it says nothing about who did.';
    END IF;

    v_fit.positives := (SELECT count(*) FROM unnest(p_y) AS listed (y) WHERE listed.y);
    v_fit.negatives := cardinality(p_y) - v_fit.positives;
    v_z := c360._standardised(p_x, v_means, v_deviations);
    v_found := ARRAY[ln(v_fit.positives::double precision / v_fit.negatives)] || array_fill(0::double precision, ARRAY[array_length(p_x, 2)]);
    v_here := c360._logistic_likelihood(v_z, p_y, v_found, p_ridge);
    v_fit.status := 'max_iter';
    FOR step IN 1..c_most_steps LOOP
        v_fit.steps := step;
        v_lower := c360._cholesky(v_here.information);
        IF v_lower IS NULL AND step = 1 THEN
            RAISE EXCEPTION 'a column is made of others'
                USING ERRCODE = '22023',
                      HINT = 'Leave it out, or give a p_ridge: what each of them says cannot be told apart.';
        ELSIF v_lower IS NULL THEN
            v_fit.status := 'separated';
            EXIT;
        END IF;

        v_step := c360._solve(v_lower, v_here.gradient);
        v_promise := (SELECT sum(way.step * way.slope) FROM unnest(v_step, v_here.gradient) AS way (step, slope));
        v_tried := ARRAY(SELECT way.value + v_length * way.step FROM unnest(v_found, v_step) WITH ORDINALITY AS way (value, step, place) ORDER BY way.place);
        -- The last step is taken: what it leaves is the square of what it changed.
        IF v_promise < 1e-18 * (1 + abs(v_here.value)) THEN
            v_found := v_tried;
            v_fit.status := 'converged';
            EXIT;
        END IF;

        v_there := c360._logistic_likelihood(v_z, p_y, v_tried, p_ridge);
        IF v_there.value >= v_here.value - 1e-12 * (1 + abs(v_here.value)) THEN
            v_found := v_tried;
            v_here := v_there;
            v_length := 1;
        ELSE
            v_length := v_length / 2;
            IF v_length < 1e-6 THEN
                v_fit.status := 'stalled';
                EXIT;
            END IF;
        END IF;
    END LOOP;

    v_errors := c360._standard_errors(v_here.information);
    -- Where a line divides them, the search ends when the likelihood has become flat: a thousand times flatter than where columns are nearly alike.
    IF p_ridge = 0 AND (v_errors IS NULL OR (SELECT max(error) > 1e4 FROM unnest(v_errors) AS error)) THEN
        v_fit.status := 'separated';
    END IF;
    v_fit.log_likelihood := v_here.value + p_ridge / 2 * (SELECT sum(listed.value ^ 2) FROM unnest(v_found[2:]) AS listed (value));
    IF v_fit.status <> 'converged' THEN
        RETURN v_fit;
    END IF;

    v_fit.coefficients := ARRAY(
        SELECT listed.value / listed.deviation
        FROM unnest(v_found[2:], v_deviations) WITH ORDINALITY AS listed (value, deviation, place)
        ORDER BY listed.place
    );
    v_fit.coefficients := (
        v_found[1] - (SELECT sum(listed.value * listed.mean) FROM unnest(v_fit.coefficients, v_means) AS listed (value, mean))
    ) || v_fit.coefficients;
    IF p_ridge = 0 THEN
        v_fit.standard_errors := ARRAY(
            SELECT listed.error / listed.deviation
            FROM unnest(v_errors[2:], v_deviations) WITH ORDINALITY AS listed (error, deviation, place)
            ORDER BY listed.place
        );
    END IF;
    RETURN v_fit;
END;
$$;

COMMENT ON FUNCTION c360.fit_logistic(double precision[], boolean[], double precision) IS
    'Fits a logistic regression.';
