-- Which new observations are connected with which, and with which known component: the candidate edges of a batch.
-- A usable identifier connects all that hold it. All known holders of one value are in one component already, so one of
-- them speaks for all: a value shared by thousands costs one look-up. Nodes are observations and component ids, which
-- are observations too. Pairs of match rules and must-link overrides connect as well. Components in p_dissolved are taken
-- apart: their observations are among p_raw_profile_ids. Each of these has an edge to itself. Trusts the search_path.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._candidate_edges(
    p_tenant          text,
    p_raw_profile_ids bigint[],
    p_dissolved       bigint[]
)
    RETURNS TABLE (from_node bigint, to_node bigint)
    LANGUAGE plpgsql
    STABLE
    SET jit = off
    SET enable_seqscan = off
AS $$
BEGIN
    RETURN QUERY
    WITH held AS MATERIALIZED (
        SELECT
            identifier.identifier_type,
            identifier.value,
            identifier.raw_profile_id
        FROM unnest(p_raw_profile_ids) AS fresh (raw_profile_id)
        CROSS JOIN LATERAL (
            SELECT
                own.identifier_type,
                own.value,
                own.raw_profile_id
            FROM cdp_raw_identifiers AS own
            WHERE own.raw_profile_id = fresh.raw_profile_id
              AND own.is_usable
            OFFSET 0
        ) AS identifier
    ),
    shared AS MATERIALIZED (
        SELECT
            held.identifier_type,
            held.value,
            min(held.raw_profile_id) AS speaker
        FROM held
        GROUP BY
            held.identifier_type,
            held.value
    ),
    known AS (
        SELECT
            resolved.component_id,
            shared.speaker
        FROM shared
        CROSS JOIN LATERAL (
            SELECT link.component_id
            FROM cdp_raw_identifiers AS other
            JOIN cdp_profile_links AS link ON link.raw_profile_id = other.raw_profile_id
            WHERE other.identifier_type = shared.identifier_type
              AND other.value = shared.value
              AND other.is_usable
              AND NOT link.component_id = ANY (p_dissolved)
            LIMIT 1
        ) AS resolved
    ),
    beside AS MATERIALIZED (
        SELECT
            pair.raw_profile_id,
            pair.with_raw_profile_id
        FROM c360._pair_ties(p_tenant, p_raw_profile_ids) AS pair
        UNION ALL
        SELECT
            decided.raw_profile_id,
            other.raw_profile_id
        FROM c360._override_ties(p_raw_profile_ids) AS decided
        JOIN cdp_link_override_members AS other ON other.link_override_id = decided.link_override_id
        WHERE decided.kind = 'must_link'
    ),
    -- The other one is loose too, or stands in a known component, or waits for a later batch.
    paired AS (
        SELECT
            beside.raw_profile_id,
            CASE
                WHEN loose.raw_profile_id IS NOT NULL THEN beside.with_raw_profile_id
                ELSE resolved.component_id
            END AS node
        FROM beside
        LEFT JOIN unnest(p_raw_profile_ids) AS loose (raw_profile_id) ON loose.raw_profile_id = beside.with_raw_profile_id
        LEFT JOIN LATERAL (
            SELECT link.component_id
            FROM cdp_profile_links AS link
            WHERE link.raw_profile_id = beside.with_raw_profile_id
        ) AS resolved ON true
    )
    SELECT
        held.raw_profile_id,
        shared.speaker
    FROM held
    JOIN shared USING (identifier_type, value)
    UNION
    SELECT
        known.component_id,
        known.speaker
    FROM known
    UNION
    SELECT
        paired.raw_profile_id,
        paired.node
    FROM paired
    WHERE paired.node IS NOT NULL
    UNION
    SELECT
        fresh.raw_profile_id,
        fresh.raw_profile_id
    FROM unnest(p_raw_profile_ids) AS fresh (raw_profile_id);
END;
$$;

COMMENT ON FUNCTION c360._candidate_edges(text, bigint[], bigint[]) IS
    'Edges between new observations, and from them to known components, through usable identifiers.';
