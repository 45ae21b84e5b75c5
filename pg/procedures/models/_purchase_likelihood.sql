-- Log-likelihood of BG/NBD (p_offset 0) or MBG/NBD (1) with its first and second derivatives, in one pass over customers that are
-- grouped: p_x repeat purchases, p_recency time of the last one, p_age length of observation (one unit of time), p_count how many such
-- customers. p_over: how many customers bought more than 0, 1, 2, ... times again. p_model: r, alpha, a, b.
-- Answers 15 numbers: the value; d/dr, d/dalpha, d/da, d/db; the upper triangle of the Hessian by rows. Whole x make the
-- gamma functions telescope into sums over p_over. Pure.
-- Source: Fader, Hardie & Lee 2005; Batislam, Denizel & Filiztekin 2007.

CREATE OR REPLACE FUNCTION c360._purchase_likelihood(
    p_offset   integer,
    p_x        integer[],
    p_recency  double precision[],
    p_age      double precision[],
    p_count    double precision[],
    p_over     double precision[],
    p_model    double precision[]
)
    RETURNS double precision[]
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET jit = off
AS $$
DECLARE
    r         CONSTANT double precision := p_model[1];
    alpha     CONSTANT double precision := p_model[2];
    a         CONSTANT double precision := p_model[3];
    b         CONSTANT double precision := p_model[4];
    -- An odds of e^300 is certainty, and products of its inverse do not underflow, which would be an error.
    c_most    CONSTANT double precision := 300;
    v_log_a   CONSTANT double precision := ln(a);
    v_n       double precision;
    v_sums    double precision[];
    v_steps   double precision[];
BEGIN
    SELECT
        sum(row.n),
        ARRAY[
            sum(row.n * (row.excess - row.rx * row.log_age)),
            sum(row.n * (row.w * row.lag - row.log_age)),
            sum(row.n * row.rx * (row.w * row.slope - row.per_age)),
            sum(row.n * row.w) / a,
            -sum(row.n * row.w * row.per_b),
            sum(row.n * row.v * row.lag * row.lag),
            sum(row.n * (row.v * row.lag * row.rx * row.slope + row.w * row.slope - row.per_age)),
            sum(row.n * row.v * row.lag) / a,
            -sum(row.n * row.v * row.lag * row.per_b),
            sum(row.n * row.rx * (
                row.v * row.rx * row.slope * row.slope
                + row.w * (row.per_recency * row.per_recency - row.per_age * row.per_age)
                + row.per_age * row.per_age
            )),
            sum(row.n * row.v * row.rx * row.slope) / a,
            -sum(row.n * row.v * row.rx * row.slope * row.per_b),
            (sum(row.n * row.v) - sum(row.n * row.w)) / (a * a),
            -sum(row.n * row.v * row.per_b) / a,
            sum(row.n * (row.v + row.w) * row.per_b * row.per_b)
        ]
    INTO
        v_n,
        v_sums
    FROM (
        SELECT
            state.*,
            CASE WHEN state.may_be_gone THEN greatest(state.u, 0) + ln(1 + state.tail) ELSE 0 END AS excess,
            CASE WHEN state.may_be_gone THEN CASE WHEN state.u > 0 THEN 1 ELSE state.tail END / (1 + state.tail) ELSE 0 END AS w,
            CASE WHEN state.may_be_gone THEN state.tail / (1 + state.tail) ^ 2 ELSE 0 END AS v
        FROM (
            SELECT
                term.*,
                term.log_age - term.log_recency AS lag,
                term.log_odds + term.rx * (term.log_age - term.log_recency) AS u,
                exp(-least(abs(term.log_odds + term.rx * (term.log_age - term.log_recency)), c_most)) AS tail,
                term.per_age - term.per_recency AS slope
            FROM (
                SELECT
                    customer.n,
                    customer.x + p_offset > 0 AS may_be_gone,
                    r + customer.x AS rx,
                    ln(alpha + customer.age) AS log_age,
                    ln(alpha + customer.recency) AS log_recency,
                    1 / (alpha + customer.age) AS per_age,
                    1 / (alpha + customer.recency) AS per_recency,
                    CASE WHEN customer.x + p_offset > 0 THEN 1 / (b + customer.x - 1 + p_offset) ELSE 1 END AS per_b,
                    CASE WHEN customer.x + p_offset > 0 THEN v_log_a - ln(b + customer.x - 1 + p_offset) ELSE v_log_a END AS log_odds
                FROM unnest(p_x, p_recency, p_age, p_count) AS customer (x, recency, age, n)
                OFFSET 0
            ) AS term
            OFFSET 0
        ) AS state
        OFFSET 0
    ) AS row;

    -- What the gamma functions come to.
    SELECT ARRAY[
        coalesce(sum(step.customers * (ln(r + step.k) + ln(step.kept) - ln(step.all))), 0),
        coalesce(sum(step.customers / (r + step.k)), 0),
        coalesce(sum(step.customers / (r + step.k) ^ 2), 0),
        coalesce(sum(step.customers / step.kept), 0),
        coalesce(sum(step.customers / step.kept ^ 2), 0),
        coalesce(sum(step.customers / step.all), 0) + p_offset * v_n / (a + b),
        coalesce(sum(step.customers / step.all ^ 2), 0) + p_offset * v_n / (a + b) ^ 2
    ]
    INTO v_steps
    FROM (
        SELECT
            over.customers,
            over.position - 1 AS k,
            b + p_offset + over.position - 1 AS kept,
            a + b + p_offset + over.position - 1 AS all
        FROM unnest(p_over) WITH ORDINALITY AS over (customers, position)
        OFFSET 0
    ) AS step;

    RETURN ARRAY[
        v_sums[1] + v_steps[1] + v_n * r * ln(alpha) + p_offset * v_n * (ln(b) - ln(a + b)),
        v_sums[2] + v_steps[2] + v_n * ln(alpha),
        v_sums[3] + v_n * r / alpha,
        v_sums[4] - v_steps[6],
        v_sums[5] + v_steps[4] + p_offset * v_n / b - v_steps[6],
        v_sums[6] - v_steps[3],
        v_sums[7] + v_n / alpha,
        v_sums[8],
        v_sums[9],
        v_sums[10] - v_n * r / alpha ^ 2,
        v_sums[11],
        v_sums[12],
        v_sums[13] + v_steps[7],
        v_sums[14] + v_steps[7],
        v_sums[15] - v_steps[5] - p_offset * v_n / b ^ 2 + v_steps[7]
    ];
END;
$$;

COMMENT ON FUNCTION c360._purchase_likelihood(integer, integer[], double precision[], double precision[], double precision[], double precision[], double precision[]) IS
    'Log-likelihood of a model of purchases with its first and second derivatives.';
