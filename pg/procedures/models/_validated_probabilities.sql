-- How well probabilities said what came: whether each case did. Answers {cases, reached, expected, bias, auc, brier, brier_of_rate, log_loss,
-- log_loss_of_rate, by_decile: [{decile, customers, actual, expected}, the likeliest first]}. expected is the sum of the probabilities, bias is
-- expected / reached - 1; auc is how often somebody who did was given a higher probability than somebody who did not (NULL when all did or
-- none), brier the mean square error, log_loss the mean of -ln of the probability of what came; those of_rate are of giving everybody the same: the
-- share of those who did. actual and expected of a decile are means; equal probabilities are in one. NULL without cases. Pure.

CREATE OR REPLACE FUNCTION c360._validated_probabilities(p_probability double precision[], p_has_reached boolean[])
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    WITH ranked AS MATERIALIZED (
        SELECT
            judged.p,
            judged.y,
            rank() OVER (ORDER BY judged.p) + (count(*) OVER (PARTITION BY judged.p) - 1) / 2.0 AS place,
            width_bucket(rank() OVER (ORDER BY judged.p DESC) - 1, 0, count(*) OVER (), 10) AS decile
        FROM unnest(p_probability, p_has_reached::integer[]) AS judged (p, y)
    ),
    whole AS (
        SELECT
            count(*) AS cases,
            sum(ranked.y) AS reached,
            sum(ranked.p) AS expected,
            avg(ranked.y)::double precision AS rate,
            (sum(ranked.place) FILTER (WHERE ranked.y = 1) - sum(ranked.y) * (sum(ranked.y) + 1) / 2.0)
                / nullif(sum(ranked.y) * (count(*) - sum(ranked.y)), 0) AS auc,
            avg((ranked.p - ranked.y) ^ 2) AS brier,
            -- No probability is 0 or 1: where one is so close that it cannot be told from it, it counts as the closest that can.
            -avg(ln(greatest(CASE WHEN ranked.y = 1 THEN ranked.p ELSE 1 - ranked.p END, 1e-15))) AS log_loss
        FROM ranked
    )
    SELECT jsonb_build_object(
        'cases', whole.cases,
        'reached', whole.reached,
        'expected', whole.expected,
        'bias', whole.expected / nullif(whole.reached, 0) - 1,
        'auc', whole.auc,
        'brier', whole.brier,
        'brier_of_rate', whole.rate * (1 - whole.rate),
        'log_loss', whole.log_loss,
        'log_loss_of_rate', CASE
            WHEN whole.rate > 0 AND whole.rate < 1 THEN -whole.rate * ln(whole.rate) - (1 - whole.rate) * ln(1 - whole.rate)
            ELSE 0
        END,
        'by_decile', (
            SELECT jsonb_agg(to_jsonb(part.*) ORDER BY part.decile)
            FROM (
                SELECT
                    ranked.decile,
                    count(*) AS customers,
                    avg(ranked.y) AS actual,
                    avg(ranked.p) AS expected
                FROM ranked
                GROUP BY ranked.decile
            ) AS part
        )
    )
    FROM whole
    WHERE whole.cases > 0;
$$;

COMMENT ON FUNCTION c360._validated_probabilities(double precision[], boolean[]) IS
    'How well probabilities said what came.';
