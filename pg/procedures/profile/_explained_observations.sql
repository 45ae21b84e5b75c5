-- The observations of a golden record with rule, evidence, identifiers, what they say, and the path to the founding observation: the shortest
-- chain of ties of any kind, most trusted first. A step of a path is what ties an observation to the one next on the way, with
-- the values of both as they were sent and as they were compared.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._explained_observations(
    p_tenant            text,
    p_master_profile_id uuid
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    v_founder bigint;
    v_all     bigint[];
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

    RETURN (
        WITH RECURSIVE tree AS MATERIALIZED (
            SELECT *
            FROM c360._tie_tree(p_tenant, v_all, v_founder)
        ),
        way AS (
            SELECT
                tree.raw_profile_id,
                '[]'::jsonb AS path
            FROM tree
            WHERE tree.depth = 0
            UNION ALL
            SELECT
                tree.raw_profile_id,
                jsonb_build_array(
                    c360._explained_tie(
                        p_tenant, tree.rule, tree.score, tree.evidence, tree.raw_profile_id, tree.with_raw_profile_id
                    )
                ) || way.path
            FROM way
            JOIN tree ON tree.with_raw_profile_id = way.raw_profile_id
        )
        SELECT jsonb_agg(
            jsonb_build_object(
                'raw_profile_id', link.raw_profile_id,
                'source', raw.source,
                'observed_at', raw.observed_at,
                'rule', link.rule,
                'score', link.score,
                'evidence', c360._masked_evidence(p_tenant, link.evidence),
                'linked_at', link.linked_at,
                'identifiers', c360._compared_identifiers(p_tenant, link.raw_profile_id),
                'attributes', c360._masked_document(p_tenant, coalesce(said.attributes, '{}')),
                'path', way.path
            )
            ORDER BY link.raw_profile_id
        )
        FROM cdp_profile_links AS link
        CROSS JOIN LATERAL (
            SELECT
                own.source,
                own.observed_at
            FROM cdp_raw_profiles AS own
            WHERE own.raw_profile_id = link.raw_profile_id
            OFFSET 0
        ) AS raw
        LEFT JOIN LATERAL (
            SELECT own.attributes
            FROM cdp_standard_profiles AS own
            WHERE own.raw_profile_id = link.raw_profile_id
            OFFSET 0
        ) AS said ON true
        LEFT JOIN way ON way.raw_profile_id = link.raw_profile_id
        WHERE link.master_profile_id = p_master_profile_id
    );
END;
$$;

COMMENT ON FUNCTION c360._explained_observations(text, uuid) IS
    'Observations of a golden record with rule, evidence and path to the founding one.';
