-- Log-likelihood of a logistic regression with its derivatives. p_z: rows one after the other, as _standardised() answers them; p_ridge: half of
-- it times the square of each coefficient but the first is taken off. Trusts its arguments. Pure.

CREATE OR REPLACE FUNCTION c360._logistic_likelihood(
    p_z            double precision[],
    p_y            boolean[],
    p_coefficients double precision[],
    p_ridge        double precision
)
    RETURNS c360.model_terms
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_size   CONSTANT integer := array_length(p_coefficients, 1);
    v_terms  c360.model_terms;
BEGIN
    WITH cell AS MATERIALIZED (
        SELECT
            (number.place - 1) / v_size AS i,
            ((number.place - 1) % v_size + 1)::integer AS a,
            number.value AS z
        FROM unnest(p_z) WITH ORDINALITY AS number (value, place)
    ),
    leaning AS MATERIALIZED (
        SELECT
            cell.i,
            p_y[cell.i + 1] AS y,
            greatest(least(sum(cell.z * p_coefficients[cell.a]), 700), -700) AS eta
        FROM cell
        GROUP BY cell.i
    ),
    said AS MATERIALIZED (
        SELECT
            leaning.i,
            leaning.y::integer - 1 / (1 + exp(-leaning.eta)) AS rest,
            1 / (1 + exp(-leaning.eta)) / (1 + exp(leaning.eta)) AS weight,
            -- ln of the probability of what happened, without loss at both ends.
            least(CASE WHEN leaning.y THEN leaning.eta ELSE -leaning.eta END, 0) - ln(1 + exp(-abs(leaning.eta))) AS log_probability
        FROM leaning
    ),
    wide AS MATERIALIZED (
        SELECT
            said.i,
            said.weight,
            said.rest,
            cell.a,
            cell.z
        FROM said
        JOIN cell ON cell.i = said.i
    ),
    slope AS (
        SELECT
            wide.a,
            sum(wide.z * wide.rest) - CASE WHEN wide.a > 1 THEN p_ridge * p_coefficients[wide.a] ELSE 0 END AS value
        FROM wide
        GROUP BY wide.a
    ),
    -- The matrix is symmetric: its lower half is enough.
    bend AS (
        SELECT
            one.a,
            other.a AS b,
            sum(one.z * other.z * one.weight) + CASE WHEN one.a = other.a AND one.a > 1 THEN p_ridge ELSE 0 END AS value
        FROM wide AS one
        JOIN wide AS other ON other.i = one.i
            AND other.a <= one.a
        GROUP BY
            one.a,
            other.a
    )
    SELECT
        (SELECT sum(said.log_probability) FROM said)
            - p_ridge / 2 * (SELECT coalesce(sum(listed.value ^ 2), 0) FROM unnest(p_coefficients[2:]) AS listed (value)),
        (SELECT array_agg(slope.value ORDER BY slope.a) FROM slope),
        (
            SELECT array_agg(line.cells ORDER BY line.a)
            FROM (
                SELECT
                    cell.a,
                    array_agg(cell.value ORDER BY cell.b) AS cells
                FROM (
                    SELECT
                        bend.a,
                        bend.b,
                        bend.value
                    FROM bend
                    UNION ALL
                    SELECT
                        bend.b,
                        bend.a,
                        bend.value
                    FROM bend
                    WHERE bend.a <> bend.b
                ) AS cell
                GROUP BY cell.a
            ) AS line
        )
    INTO
        v_terms.value,
        v_terms.gradient,
        v_terms.information;

    RETURN v_terms;
END;
$$;

COMMENT ON FUNCTION c360._logistic_likelihood(double precision[], boolean[], double precision[], double precision) IS
    'Log-likelihood of a logistic regression with its derivatives.';
