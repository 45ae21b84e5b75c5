-- Which components of this batch contradict themselves and must be partitioned: those that hold two values of one
-- exclusive type, or touch a known component that has more than one golden record already.
-- The same for those with observations of p_relinked, which are linked already. Looks at the new observations and at one
-- golden record per known component, never at all their observations.
-- p_known[i] is a known component that becomes part of p_known_component[i]. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._contested_components(
    p_tenant           text,
    p_raw_profile_ids  bigint[],
    p_raw_component    bigint[],
    p_known            bigint[],
    p_known_component  bigint[],
    p_relinked         bigint[]
)
    RETURNS bigint[]
    LANGUAGE plpgsql
    STABLE
    SET jit = off
    SET enable_seqscan = off
AS $$
DECLARE
    v_exclusive text[] := ARRAY(
        SELECT kind.identifier_type
        FROM c360.identifier_types AS kind
        WHERE kind.tenant = p_tenant
          AND kind.is_exclusive
    );
BEGIN
    RETURN ARRAY(
        WITH known AS MATERIALIZED (
            SELECT
                part.component,
                lowest.master_profile_id,
                lowest.master_profile_id <> highest.master_profile_id AS is_divided
            FROM unnest(p_known, p_known_component) AS part (known, component)
            CROSS JOIN LATERAL (
                SELECT link.master_profile_id
                FROM cdp_profile_links AS link
                WHERE link.component_id = part.known
                ORDER BY link.master_profile_id
                LIMIT 1
            ) AS lowest
            CROSS JOIN LATERAL (
                SELECT link.master_profile_id
                FROM cdp_profile_links AS link
                WHERE link.component_id = part.known
                ORDER BY link.master_profile_id DESC
                LIMIT 1
            ) AS highest
        ),
        exclusive_value AS (
            SELECT
                fresh.component,
                identifier.identifier_type,
                identifier.value
            FROM unnest(p_raw_profile_ids, p_raw_component) AS fresh (raw_profile_id, component)
            CROSS JOIN LATERAL (
                SELECT
                    own.identifier_type,
                    own.value
                FROM cdp_raw_identifiers AS own
                WHERE own.raw_profile_id = fresh.raw_profile_id
                  AND own.is_usable
                  AND split_part(own.identifier_type, ':', 1) = ANY (v_exclusive)
                OFFSET 0
            ) AS identifier
            UNION ALL
            SELECT
                known.component,
                identifier.identifier_type,
                identifier.value
            FROM known
            CROSS JOIN LATERAL (
                SELECT
                    own.identifier_type,
                    own.value
                FROM cdp_identifiers AS own
                WHERE own.master_profile_id = known.master_profile_id
                  AND own.is_usable
                  AND split_part(own.identifier_type, ':', 1) = ANY (v_exclusive)
                OFFSET 0
            ) AS identifier
            WHERE NOT known.is_divided
            UNION ALL
            SELECT
                fresh.component,
                'override:' || decided.link_override_id,
                decided.side::text
            FROM c360._override_ties(p_raw_profile_ids) AS decided
            JOIN unnest(p_raw_profile_ids, p_raw_component) AS fresh (raw_profile_id, component)
                ON fresh.raw_profile_id = decided.raw_profile_id
            WHERE decided.kind = 'cannot_link'
            UNION ALL
            SELECT
                part.component,
                'override:' || member.link_override_id,
                member.side::text
            FROM cdp_link_overrides AS decided
            JOIN cdp_link_override_members AS member ON member.link_override_id = decided.link_override_id
            JOIN cdp_profile_links AS link ON link.raw_profile_id = member.raw_profile_id
            JOIN unnest(p_known, p_known_component) AS part (known, component) ON part.known = link.component_id
            WHERE decided.kind = 'cannot_link'
        )
        SELECT known.component
        FROM known
        WHERE known.is_divided
        UNION
        SELECT fresh.component
        FROM unnest(p_raw_profile_ids, p_raw_component) AS fresh (raw_profile_id, component)
        JOIN unnest(p_relinked) AS relinked (raw_profile_id) ON relinked.raw_profile_id = fresh.raw_profile_id
        UNION
        SELECT exclusive_value.component
        FROM exclusive_value
        GROUP BY
            exclusive_value.component,
            exclusive_value.identifier_type
        HAVING min(exclusive_value.value COLLATE "C") <> max(exclusive_value.value COLLATE "C")
    );
END;
$$;

COMMENT ON FUNCTION c360._contested_components(text, bigint[], bigint[], bigint[], bigint[], bigint[]) IS
    'Components that hold two values of an exclusive identifier type, or are divided already.';
