-- Log-likelihood of the shifted beta-geometric model with its first and second derivatives: p_renewed and p_lost say how many customers
-- renewed and left at the end of period 1, 2, ...; p_model: alpha, beta. With these counts the beta functions of the paper telescope.
-- Answers 6 numbers: the value; d/dalpha, d/dbeta; the upper triangle of the Hessian by rows. Pure.
-- Source: Fader & Hardie 2007, How to project customer retention.

CREATE OR REPLACE FUNCTION c360._retention_likelihood(
    p_renewed  double precision[],
    p_lost     double precision[],
    p_model    double precision[]
)
    RETURNS double precision[]
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT ARRAY[
        sum(CASE WHEN period.renewed > 0 THEN period.renewed * ln(period.kept) ELSE 0 END
            + period.lost * ln(period.alpha) - period.asked * ln(period.all)),
        sum(period.lost / period.alpha - period.asked / period.all),
        sum(period.renewed / period.kept - period.asked / period.all),
        sum(period.asked / period.all ^ 2 - period.lost / period.alpha ^ 2),
        sum(period.asked / period.all ^ 2),
        sum(period.asked / period.all ^ 2 - period.renewed / period.kept ^ 2)
    ]
    FROM (
        SELECT
            counted.renewed,
            counted.lost,
            counted.renewed + counted.lost AS asked,
            p_model[1] AS alpha,
            p_model[2] + counted.number - 1 AS kept,
            p_model[1] + p_model[2] + counted.number - 1 AS all
        FROM unnest(p_renewed, p_lost) WITH ORDINALITY AS counted (renewed, lost, number)
    ) AS period;
$$;

COMMENT ON FUNCTION c360._retention_likelihood(double precision[], double precision[], double precision[]) IS
    'Log-likelihood of a model of retention with its first and second derivatives.';
