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
    -- nw and nv: how many customers times w, the probability of having left, and times w (1 - w). per_b is 0 for those who cannot have left.
    SELECT
        sum(row.n),
        ARRAY[
            sum(row.n * row.excess - row.n * row.rx * row.log_age),
            sum(row.nw * row.lag - row.n * row.log_age),
            sum(row.rx * (row.nw * row.slope - row.n * row.per_age)),
            sum(row.nw) / a,
            -sum(row.nw * row.per_b),
            sum(row.nv * row.lag * row.lag),
            sum(row.nv * row.lag * row.bend + row.nw * row.slope - row.n * row.per_age),
            sum(row.nv * row.lag) / a,
            -sum(row.nv * row.lag * row.per_b),
            sum(
                row.nv * row.bend * row.bend
                + row.rx * (
                    row.nw * (row.per_recency * row.per_recency - row.per_age * row.per_age)
                    + row.n * row.per_age * row.per_age
                )
            ),
            sum(row.nv * row.bend) / a,
            -sum(row.nv * row.bend * row.per_b),
            (sum(row.nv) - sum(row.nw)) / (a * a),
            -sum(row.nv * row.per_b) / a,
            sum((row.nv + row.nw) * row.per_b * row.per_b)
        ]
    INTO
        v_n,
        v_sums
    -- Arrays are read by place: unnest() of four of them takes a third of the time of all of this.
    FROM (
        SELECT
            odds.n,
            odds.rx,
            odds.log_age,
            odds.lag,
            odds.per_age,
            odds.per_recency,
            odds.per_b,
            odds.slope,
            odds.rx * odds.slope AS bend,
            CASE WHEN odds.per_b > 0 THEN greatest(odds.u, 0) + ln(1 + odds.tail) ELSE 0 END AS excess,
            CASE WHEN odds.per_b > 0 THEN odds.n * CASE WHEN odds.u > 0 THEN 1 ELSE odds.tail END / (1 + odds.tail) ELSE 0 END AS nw,
            CASE WHEN odds.per_b > 0 THEN odds.n * odds.tail / ((1 + odds.tail) * (1 + odds.tail)) ELSE 0 END AS nv
        FROM (
            SELECT
                state.*,
                exp(-least(abs(state.u), c_most)) AS tail
            FROM (
                SELECT
                    term.*,
                    term.per_age - term.per_recency AS slope,
                    CASE WHEN term.per_b > 0 THEN v_log_a + ln(term.per_b) + term.rx * term.lag ELSE 0 END AS u
                FROM (
                    SELECT
                        customer.n,
                        r + customer.x AS rx,
                        ln(alpha + customer.age) AS log_age,
                        ln(alpha + customer.age) - ln(alpha + customer.recency) AS lag,
                        1 / (alpha + customer.age) AS per_age,
                        1 / (alpha + customer.recency) AS per_recency,
                        CASE WHEN customer.x + p_offset > 0 THEN 1 / (b + customer.x - 1 + p_offset) ELSE 0 END AS per_b
                    FROM (
                        SELECT
                            p_x[place] AS x,
                            p_recency[place] AS recency,
                            p_age[place] AS age,
                            p_count[place] AS n
                        FROM generate_series(1, array_length(p_x, 1)) AS place
                        OFFSET 0
                    ) AS customer
                    OFFSET 0
                ) AS term
                OFFSET 0
            ) AS state
            OFFSET 0
        ) AS odds
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
