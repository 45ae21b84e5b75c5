-- Which new observations are connected with which, and with which known component: the candidate edges of a batch.
-- A usable identifier connects all that hold it. All known holders of one value are in one component already, so one of
-- them speaks for all: a value shared by thousands costs one look-up. Nodes are observations and component ids, which
-- are observations too. Every new observation has an edge to itself. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._candidate_edges(p_raw_profile_ids bigint[])
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
            LIMIT 1
        ) AS resolved
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
        fresh.raw_profile_id,
        fresh.raw_profile_id
    FROM unnest(p_raw_profile_ids) AS fresh (raw_profile_id);
END;
$$;

COMMENT ON FUNCTION c360._candidate_edges(bigint[]) IS
    'Edges between new observations, and from them to known components, through usable identifiers.';
