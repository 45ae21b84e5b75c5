-- The observations of a golden record with rule, evidence, identifiers and the path to the founding observation: the
-- shortest chain of shared identifiers, found by walking from the founder, most trusted identifiers first.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._explained_observations(
    p_tenant            text,
    p_master_profile_id uuid
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_founder  bigint;
    v_reached  bigint[];
    v_frontier bigint[];
    v_paths    jsonb;
    v_step     jsonb;
BEGIN
    SELECT min(link.raw_profile_id)
    INTO v_founder
    FROM cdp_profile_links AS link
    WHERE link.master_profile_id = p_master_profile_id;

    v_frontier := ARRAY[v_founder];
    v_reached := v_frontier;
    v_paths := jsonb_build_object(v_founder, '[]'::jsonb);

    -- Breadth first: each round adds the observations that share an identifier with the round before.
    WHILE cardinality(v_frontier) > 0 LOOP
        SELECT
            array_agg(step.raw_profile_id),
            jsonb_object_agg(step.raw_profile_id, step.path)
        INTO
            v_frontier,
            v_step
        FROM (
            SELECT DISTINCT ON (link.raw_profile_id)
                link.raw_profile_id,
                jsonb_build_array(
                    c360._masked_evidence(
                        p_tenant,
                        jsonb_build_object(
                            'identifier_type', near.identifier_type,
                            'value', near.value,
                            'with_raw_profile_id', near.raw_profile_id
                        )
                    )
                ) || (v_paths -> near.raw_profile_id::text) AS path
            FROM cdp_profile_links AS link
            JOIN cdp_raw_identifiers AS own ON own.raw_profile_id = link.raw_profile_id AND own.is_usable
            JOIN cdp_raw_identifiers AS near
                ON near.identifier_type = own.identifier_type
                AND near.value = own.value
                AND near.raw_profile_id = ANY (v_frontier)
            JOIN c360.identifier_types AS kind
                ON kind.tenant = p_tenant
                AND kind.identifier_type = split_part(own.identifier_type, ':', 1)
            WHERE link.master_profile_id = p_master_profile_id
              AND NOT link.raw_profile_id = ANY (v_reached)
            ORDER BY
                link.raw_profile_id,
                kind.priority,
                near.identifier_type COLLATE "C",
                near.value COLLATE "C",
                near.raw_profile_id
        ) AS step;

        v_paths := v_paths || coalesce(v_step, '{}');
        v_reached := v_reached || v_frontier;
    END LOOP;

    RETURN (
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
                'path', v_paths -> link.raw_profile_id::text
            )
            ORDER BY link.raw_profile_id
        )
        FROM cdp_profile_links AS link
        JOIN cdp_raw_profiles AS raw ON raw.raw_profile_id = link.raw_profile_id
        WHERE link.master_profile_id = p_master_profile_id
    );
END;
$$;

COMMENT ON FUNCTION c360._explained_observations(text, uuid) IS
    'Observations of a golden record with rule, evidence and path to the founding one.';
