-- Who leaves and who stays when p_leaving are taken out of a golden record. Observations that hang on the others only through
-- those taken out go with them. What stays is what is left with the founding observation, or, where that one leaves, the
-- largest group left (the one with the lowest observation, if two are as large). Older decisions of people do not count: the
-- split is the latest one. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._split_sides(
    p_tenant            text,
    p_master_profile_id uuid,
    p_leaving           bigint[]
)
    RETURNS TABLE (leaving bigint[], staying bigint[])
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    v_founder bigint;
    v_all     bigint[];
    v_rest    bigint[];
BEGIN
    SELECT
        min(profile.founding_raw_profile_id),
        array_agg(link.raw_profile_id ORDER BY link.raw_profile_id)
    INTO
        v_founder,
        v_all
    FROM cdp_master_profiles AS profile
    JOIN cdp_profile_links AS link ON link.master_profile_id = profile.master_profile_id
    WHERE profile.master_profile_id = p_master_profile_id;

    v_rest := ARRAY(
        SELECT other.raw_profile_id
        FROM unnest(v_all) AS other (raw_profile_id)
        WHERE NOT other.raw_profile_id = ANY (p_leaving)
        ORDER BY other.raw_profile_id
    );

    RETURN QUERY
    WITH tie AS MATERIALIZED (
        SELECT
            key.raw_profile_id,
            key.rule,
            key.key
        FROM c360._tie_keys(p_tenant, v_all) AS key
        WHERE key.rule <> 'must_link'
    ),
    edge AS MATERIALIZED (
        SELECT
            array_agg(edge.raw_profile_id) AS from_nodes,
            array_agg(edge.speaker) AS to_nodes
        FROM (
            SELECT
                tie.raw_profile_id,
                min(tie.raw_profile_id) OVER (PARTITION BY tie.rule, tie.key) AS speaker
            FROM tie
            WHERE tie.raw_profile_id = ANY (v_rest)
            UNION ALL
            SELECT
                lone.raw_profile_id,
                lone.raw_profile_id
            FROM unnest(v_rest) AS lone (raw_profile_id)
        ) AS edge
    ),
    piece AS MATERIALIZED (
        SELECT
            placed.node AS raw_profile_id,
            placed.component
        FROM edge
        CROSS JOIN LATERAL c360._components(edge.from_nodes, edge.to_nodes) AS placed
    ),
    core AS (
        SELECT piece.component
        FROM piece
        GROUP BY piece.component
        ORDER BY
            bool_or(piece.raw_profile_id = v_founder) DESC,
            count(*) DESC,
            piece.component
        LIMIT 1
    ),
    hanging AS (
        SELECT DISTINCT piece.component
        FROM piece
        JOIN tie ON tie.raw_profile_id = piece.raw_profile_id
        JOIN tie AS gone
            ON gone.rule = tie.rule
            AND gone.key = tie.key
            AND gone.raw_profile_id = ANY (p_leaving)
        WHERE piece.component <> (SELECT core.component FROM core)
    )
    SELECT
        ARRAY(
            SELECT gone.raw_profile_id
            FROM unnest(v_all) AS gone (raw_profile_id)
            WHERE gone.raw_profile_id = ANY (p_leaving)
            UNION
            SELECT piece.raw_profile_id
            FROM piece
            JOIN hanging USING (component)
            ORDER BY 1
        ),
        ARRAY(
            SELECT piece.raw_profile_id
            FROM piece
            WHERE NOT EXISTS (SELECT FROM hanging WHERE hanging.component = piece.component)
            ORDER BY 1
        );
END;
$$;

COMMENT ON FUNCTION c360._split_sides(text, uuid, bigint[]) IS
    'Observations that leave a golden record, with those that hang on them, and observations that stay.';
