-- Components in which pairs of a scored rule may not make everybody one. Not so where matches lead from everybody to everybody
-- (of n observations more than (n - 1)(n - 2) / 2 pairs match) and the weakest of them outweighs everything that speaks against
-- one person, pairs that are not kept included: then each match unites, whichever groups there are by then. Two observations are
-- doubtful only if their match speaks against one person. Observation p_raw_profile_ids[i] is in p_component[i], all of a
-- component are given. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._doubtful_components(
    p_raw_profile_ids bigint[],
    p_component       bigint[],
    p_rules           text[]
)
    RETURNS TABLE (component bigint)
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH member AS MATERIALIZED (
        SELECT
            listed.id,
            listed.component,
            count(*) OVER (PARTITION BY listed.component) AS size
        FROM unnest(p_raw_profile_ids, p_component) AS listed (id, component)
    ),
    -- A person with more observations is sent through the partition at once: that is cheaper than counting.
    small AS MATERIALIZED (
        SELECT *
        FROM member
        WHERE member.size <= 12
    ),
    matched AS (
        SELECT
            small.component,
            count(*) AS kept,
            count(*) FILTER (WHERE pair.is_match) AS matches,
            min(pair.bits) FILTER (WHERE pair.is_match) AS weakest,
            -coalesce(sum(pair.bits) FILTER (WHERE pair.bits < 0), 0) AS against
        FROM small
        CROSS JOIN LATERAL (
            SELECT
                own.high_raw_profile_id,
                own.verdict = 'match' AS is_match,
                c360._pair_bits(own.score, own.verdict) AS bits
            FROM cdp_match_pairs AS own
            WHERE own.low_raw_profile_id = small.id
              AND own.rule = ANY (p_rules)
            OFFSET 0
        ) AS pair
        JOIN small AS other
            ON other.id = pair.high_raw_profile_id
            AND other.component = small.component
        GROUP BY small.component
    ),
    whole AS (
        SELECT DISTINCT
            member.component,
            member.size,
            matched.weakest <= 0 AS speaks_against,
            CASE
                WHEN matched.matches >= member.size * (member.size - 1) / 2 THEN matched.weakest > 0
                -- Of several rules one may keep a pair that another does not.
                WHEN cardinality(p_rules) > 1 THEN false
                ELSE matched.matches > (member.size - 1) * (member.size - 2) / 2
                    AND matched.weakest > matched.against + 3000 * (member.size * (member.size - 1) / 2 - matched.kept)
            END AS is_one
        FROM member
        LEFT JOIN matched USING (component)
    )
    SELECT whole.component
    FROM whole
    WHERE whole.speaks_against
       OR (whole.size > 2 AND whole.is_one IS NOT TRUE);
END;
$$;

COMMENT ON FUNCTION c360._doubtful_components(bigint[], bigint[], text[]) IS
    'Components in which a scored rule may not make everybody one.';
