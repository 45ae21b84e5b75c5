-- Log-likelihood of Gamma-Gamma with its first and second derivatives, in one pass over customers: p_x how many purchases, p_mean their
-- mean value, p_count how many such customers. p_model: p, q, v. Answers 10 numbers: the value; d/dp, d/dq, d/dv; the upper
-- triangle of the Hessian by rows. The gamma functions are computed once for each x. Pure.
-- Source: Fader & Hardie 2013, The Gamma-Gamma Model of Monetary Value.

CREATE OR REPLACE FUNCTION c360._spend_likelihood(
    p_x      integer[],
    p_mean   double precision[],
    p_count  double precision[],
    p_model  double precision[]
)
    RETURNS double precision[]
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET jit = off
AS $$
DECLARE
    p         CONSTANT double precision := p_model[1];
    q         CONSTANT double precision := p_model[2];
    v         CONSTANT double precision := p_model[3];
    v_n       double precision;
    v_sums    double precision[];
    v_gammas  double precision[];
    v_own     CONSTANT double precision[] := c360._digamma(q);
BEGIN
    SELECT
        sum(row.n),
        ARRAY[
            sum(row.n * ((p * row.x - 1) * row.log_mean + p * row.x * row.log_x - (p * row.x + q) * row.log_total)),
            sum(row.n * row.x * (row.log_mean + row.log_x - row.log_total)),
            -sum(row.n * row.log_total),
            -sum(row.n * (p * row.x + q) * row.per_total),
            -sum(row.n * row.x * row.per_total),
            -sum(row.n * row.per_total),
            sum(row.n * (p * row.x + q) * row.per_total * row.per_total)
        ]
    INTO
        v_n,
        v_sums
    FROM (
        SELECT
            customer.n,
            customer.x,
            ln(customer.mean) AS log_mean,
            ln(customer.x::double precision) AS log_x,
            ln(customer.x * customer.mean + v) AS log_total,
            1 / (customer.x * customer.mean + v) AS per_total
        FROM unnest(p_x, p_mean, p_count) AS customer (x, mean, n)
        OFFSET 0
    ) AS row;

    SELECT ARRAY[
        sum(alike.n * (c360._log_gamma(p * alike.x + q) - c360._log_gamma(p * alike.x))),
        sum(alike.n * alike.x * (alike.both[1] - alike.own[1])),
        sum(alike.n * alike.both[1]),
        sum(alike.n * alike.x ^ 2 * (alike.both[2] - alike.own[2])),
        sum(alike.n * alike.x * alike.both[2]),
        sum(alike.n * alike.both[2])
    ]
    INTO v_gammas
    FROM (
        SELECT
            customer.x,
            sum(customer.n) AS n,
            c360._digamma(p * customer.x + q) AS both,
            c360._digamma(p * customer.x) AS own
        FROM unnest(p_x, p_count) AS customer (x, n)
        GROUP BY customer.x
    ) AS alike;

    RETURN ARRAY[
        v_sums[1] + v_gammas[1] - v_n * c360._log_gamma(q) + v_n * q * ln(v),
        v_sums[2] + v_gammas[2],
        v_sums[3] + v_gammas[3] - v_n * v_own[1] + v_n * ln(v),
        v_sums[4] + v_n * q / v,
        v_gammas[4],
        v_gammas[5],
        v_sums[5],
        v_gammas[6] - v_n * v_own[2],
        v_sums[6] + v_n / v,
        v_sums[7] - v_n * q / v ^ 2
    ];
END;
$$;

COMMENT ON FUNCTION c360._spend_likelihood(integer[], double precision[], double precision[], double precision[]) IS
    'Log-likelihood of the model of spend with its first and second derivatives.';
