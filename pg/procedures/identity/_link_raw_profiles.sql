-- Resolves observations that are not linked yet: identifiers, candidate edges, components, then one of two assignments,
-- depending on whether a component contradicts itself. Answers what happened to which golden record, see there.
-- Trusts the search_path and the resolver's lock on the tenant. Safe to repeat after a rollback. Raises nothing.

CREATE OR REPLACE FUNCTION c360._link_raw_profiles(
    p_tenant          text,
    p_raw_profile_ids bigint[],
    p_at              timestamptz
)
    RETURNS TABLE (master_profile_id uuid, change text, other_profile_id uuid, rule text, evidence jsonb)
    LANGUAGE plpgsql
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_raw             bigint[];
    v_raw_component   bigint[];
    v_known           bigint[];
    v_known_component bigint[];
    v_contested       bigint[];
BEGIN
    IF coalesce(cardinality(p_raw_profile_ids), 0) = 0 THEN
        RETURN;
    END IF;

    INSERT INTO cdp_raw_identifiers (identifier_type, value, raw_profile_id, is_usable)
    SELECT
        sent.identifier_type,
        sent.value,
        sent.raw_profile_id,
        sent.is_usable
    FROM extract_identifiers(p_raw_profile_ids) AS sent
    ON CONFLICT DO NOTHING;

    WITH edge AS MATERIALIZED (
        SELECT
            array_agg(candidate.from_node) AS from_nodes,
            array_agg(candidate.to_node) AS to_nodes
        FROM c360._candidate_edges(p_raw_profile_ids) AS candidate
    ),
    member AS MATERIALIZED (
        SELECT
            placed.node,
            placed.component,
            fresh.raw_profile_id IS NULL AS is_known
        FROM edge
        CROSS JOIN LATERAL c360._components(edge.from_nodes, edge.to_nodes) AS placed
        LEFT JOIN unnest(p_raw_profile_ids) AS fresh (raw_profile_id) ON fresh.raw_profile_id = placed.node
    )
    SELECT
        array_agg(member.node ORDER BY member.node) FILTER (WHERE NOT member.is_known),
        array_agg(member.component ORDER BY member.node) FILTER (WHERE NOT member.is_known),
        coalesce(array_agg(member.node ORDER BY member.node) FILTER (WHERE member.is_known), '{}'),
        coalesce(array_agg(member.component ORDER BY member.node) FILTER (WHERE member.is_known), '{}')
    INTO
        v_raw,
        v_raw_component,
        v_known,
        v_known_component
    FROM member;

    v_contested := c360._contested_components(p_tenant, v_raw, v_raw_component, v_known, v_known_component);

    RETURN QUERY
    SELECT linked.*
    FROM c360._split_by_component(v_raw, v_raw_component, v_known, v_known_component, v_contested, false) AS whole
    CROSS JOIN LATERAL c360._link_whole_components(
        p_tenant, whole.raws, whole.raw_components, whole.knowns, whole.known_components, p_at
    ) AS linked;

    IF cardinality(v_contested) > 0 THEN
        RETURN QUERY
        SELECT linked.*
        FROM c360._split_by_component(v_raw, v_raw_component, v_known, v_known_component, v_contested, true) AS contested
        CROSS JOIN LATERAL c360._link_contested_components(
            p_tenant, contested.raws, contested.raw_components, contested.knowns, contested.known_components, p_at
        ) AS linked;
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._link_raw_profiles(text, bigint[], timestamptz) IS
    'Links new observations to golden records, merging and splitting golden records where they show it.';
