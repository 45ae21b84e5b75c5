-- Components in which pairs of a scored rule may not make everybody one: of three and more observations of which not every
-- two are a match, or with a match that speaks against one person. Observation p_raw_profile_ids[i] is in p_component[i], all of
-- a component are given. Trusts the search_path. Raises nothing.

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
            count(*) FILTER (WHERE pair.score > 0.5) AS likely,
            count(*) FILTER (WHERE pair.score <= 0.5) AS unlikely
        FROM small
        CROSS JOIN LATERAL (
            SELECT
                own.high_raw_profile_id,
                own.score
            FROM cdp_match_pairs AS own
            WHERE own.low_raw_profile_id = small.id
              AND own.rule = ANY (p_rules)
              AND own.verdict = 'match'
            OFFSET 0
        ) AS pair
        JOIN small AS other
            ON other.id = pair.high_raw_profile_id
            AND other.component = small.component
        GROUP BY small.component
    )
    SELECT member.component
    FROM member
    LEFT JOIN matched USING (component)
    GROUP BY
        member.component,
        member.size,
        matched.likely,
        matched.unlikely
    HAVING matched.unlikely > 0
       OR (member.size > 2 AND coalesce(matched.likely, 0) < member.size * (member.size - 1) / 2);
END;
$$;

COMMENT ON FUNCTION c360._doubtful_components(bigint[], bigint[], text[]) IS
    'Components in which a scored rule does not match every two observations.';
