-- Resolves observations: new ones (p_fresh), and linked ones whose surroundings changed (p_relink): their components are
-- taken apart and put together anew from all their observations. Identifiers, pairs of match rules, candidate edges,
-- components, then one of two assignments, depending on whether a component contradicts itself. Answers what happened to
-- which golden record, see there. Trusts the search_path and the resolver's lock on the tenant. Safe to repeat after a
-- rollback. Raises nothing.

CREATE OR REPLACE FUNCTION c360._link_observations(
    p_tenant text,
    p_fresh  bigint[],
    p_relink bigint[],
    p_at     timestamptz
)
    RETURNS TABLE (master_profile_id uuid, change text, other_profile_id uuid, rule text, evidence jsonb)
    LANGUAGE plpgsql
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_dissolved       bigint[];
    v_loose           bigint[];
    v_raw             bigint[];
    v_raw_component   bigint[];
    v_known           bigint[];
    v_known_component bigint[];
    v_contested       bigint[];
BEGIN
    IF coalesce(cardinality(p_fresh), 0) + coalesce(cardinality(p_relink), 0) = 0 THEN
        RETURN;
    END IF;

    INSERT INTO cdp_raw_identifiers (identifier_type, value, raw_profile_id, is_usable)
    SELECT
        sent.identifier_type,
        sent.value,
        sent.raw_profile_id,
        sent.is_usable
    FROM extract_identifiers(p_fresh) AS sent
    ON CONFLICT DO NOTHING;

    PERFORM c360._find_pairs(p_tenant, p_fresh);

    v_dissolved := ARRAY(
        SELECT DISTINCT link.component_id
        FROM unnest(p_relink) AS wanted (raw_profile_id)
        JOIN cdp_profile_links AS link ON link.raw_profile_id = wanted.raw_profile_id
    );
    v_loose := p_fresh || ARRAY(
        SELECT link.raw_profile_id
        FROM unnest(v_dissolved) AS part (component_id)
        JOIN cdp_profile_links AS link ON link.component_id = part.component_id
    );

    WITH edge AS MATERIALIZED (
        SELECT
            array_agg(candidate.from_node) AS from_nodes,
            array_agg(candidate.to_node) AS to_nodes
        FROM c360._candidate_edges(p_tenant, v_loose, v_dissolved) AS candidate
    ),
    member AS MATERIALIZED (
        SELECT
            placed.node,
            placed.component,
            loose.raw_profile_id IS NULL AS is_known
        FROM edge
        CROSS JOIN LATERAL c360._components(edge.from_nodes, edge.to_nodes) AS placed
        LEFT JOIN unnest(v_loose) AS loose (raw_profile_id) ON loose.raw_profile_id = placed.node
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

    v_contested := c360._contested_components(
        p_tenant, v_raw, v_raw_component, v_known, v_known_component, v_loose[cardinality(p_fresh) + 1:]
    );

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

COMMENT ON FUNCTION c360._link_observations(text, bigint[], bigint[], timestamptz) IS
    'Links new observations and partitions components anew, so that links are what the records say.';
