-- The shortest way from p_from to each of these observations over ties of all kinds: every observation with the one next to it
-- on the way back, the rule and what the two share. Where several ties are as short, the most trusted, then the surest, then
-- the lower value is told. p_from itself has no next; what no tie reaches is not there.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._tie_tree(
    p_tenant          text,
    p_raw_profile_ids bigint[],
    p_from            bigint
)
    RETURNS TABLE (raw_profile_id bigint, depth integer, with_raw_profile_id bigint, rule text, score real, evidence jsonb)
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_holder   bigint[];
    v_priority integer[];
    v_rule     text[];
    v_key      text[];
    v_score    real[];
    v_evidence jsonb[];
    v_reached  bigint[] := ARRAY[p_from];
    v_frontier bigint[] := ARRAY[p_from];
    v_depth    integer := 0;
BEGIN
    SELECT
        array_agg(tie.raw_profile_id),
        array_agg(tie.priority),
        array_agg(tie.rule),
        array_agg(tie.key),
        array_agg(tie.score),
        array_agg(tie.evidence)
    INTO
        v_holder,
        v_priority,
        v_rule,
        v_key,
        v_score,
        v_evidence
    FROM c360._tie_keys(p_tenant, p_raw_profile_ids) AS tie;

    RETURN QUERY
    SELECT
        p_from,
        0,
        NULL::bigint,
        NULL::text,
        NULL::real,
        NULL::jsonb;

    -- Breadth first: each round adds what is tied to the round before.
    WHILE cardinality(v_frontier) > 0 LOOP
        v_depth := v_depth + 1;

        RETURN QUERY
        WITH tie AS MATERIALIZED (
            SELECT *
            FROM unnest(v_holder, v_priority, v_rule, v_key, v_score, v_evidence)
                AS tie (raw_profile_id, priority, rule, key, score, evidence)
        ),
        near AS MATERIALIZED (
            SELECT
                tie.rule,
                tie.key,
                min(tie.raw_profile_id) AS raw_profile_id
            FROM tie
            JOIN unnest(v_frontier) AS frontier (raw_profile_id) USING (raw_profile_id)
            GROUP BY
                tie.rule,
                tie.key
        )
        SELECT DISTINCT ON (tie.raw_profile_id)
            tie.raw_profile_id,
            v_depth,
            near.raw_profile_id,
            tie.rule,
            tie.score,
            tie.evidence
        FROM near
        JOIN tie USING (rule, key)
        LEFT JOIN unnest(v_reached) AS reached (raw_profile_id) ON reached.raw_profile_id = tie.raw_profile_id
        WHERE reached.raw_profile_id IS NULL
        ORDER BY
            tie.raw_profile_id,
            tie.priority,
            tie.score DESC,
            tie.rule COLLATE "C",
            tie.key COLLATE "C";
        EXIT WHEN NOT FOUND;

        v_frontier := ARRAY(
            WITH tie AS MATERIALIZED (
                SELECT *
                FROM unnest(v_holder, v_rule, v_key) AS tie (raw_profile_id, rule, key)
            )
            SELECT DISTINCT other.raw_profile_id
            FROM tie
            JOIN unnest(v_frontier) AS frontier (raw_profile_id) USING (raw_profile_id)
            JOIN tie AS other USING (rule, key)
            LEFT JOIN unnest(v_reached) AS reached (raw_profile_id) ON reached.raw_profile_id = other.raw_profile_id
            WHERE reached.raw_profile_id IS NULL
        );
        v_reached := v_reached || v_frontier;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._tie_tree(text, bigint[], bigint) IS
    'Shortest ways from one observation to others over ties of all kinds.';
