-- The ties of loose observations by identifiers of types about which a scored rule decides: an observation that names nobody
-- is tied to all that hold the value, those that name persons only to such ones. See _ties() for the arguments and the
-- answer. Where one that names nobody holds a value, all holders are in one component, so that one of these speaks for all;
-- only the first one looks at them all. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._decided_ties(
    p_tenant    text,
    p_fresh     bigint[],
    p_apart     bigint[],
    p_dissolved bigint[],
    p_types     text[],
    p_texts     text[]
)
    RETURNS TABLE (
        raw_profile_id bigint, with_raw_profile_id bigint, node bigint, priority integer, rule text,
        identifier_type text, value text
    )
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    IF c360._decided_types(p_tenant) IS NULL THEN
        RETURN;
    END IF;

    RETURN QUERY
    WITH held AS MATERIALIZED (
        SELECT
            holder.raw_profile_id,
            holder.identifier_type COLLATE "C" AS identifier_type,
            holder.value COLLATE "C" AS value,
            holder.priority,
            holder.names_person
        FROM c360._tie_holders(p_tenant, p_fresh || p_apart) AS holder
        LEFT JOIN unnest(p_types, p_texts) AS noted (identifier_type, value)
            ON noted.identifier_type = holder.identifier_type
            AND noted.value = holder.value
        WHERE holder.is_decided
          AND (noted.value IS NOT NULL OR holder.raw_profile_id = ANY (p_apart))
    ),
    joint AS MATERIALIZED (
        SELECT
            held.identifier_type,
            held.value,
            min(held.raw_profile_id) FILTER (WHERE NOT held.names_person) AS nameless,
            min(held.raw_profile_id) AS lowest,
            max(held.raw_profile_id) AS highest
        FROM held
        GROUP BY
            held.identifier_type,
            held.value
    ),
    reached AS MATERIALIZED (
        SELECT
            joint.*,
            known.raw_profile_id AS known_raw_profile_id,
            known.component_id
        FROM joint
        LEFT JOIN LATERAL (
            SELECT
                link.raw_profile_id,
                link.component_id
            FROM cdp_raw_identifiers AS holder
            JOIN cdp_profile_links AS link ON link.raw_profile_id = holder.raw_profile_id
            WHERE holder.identifier_type = joint.identifier_type
              AND holder.value = joint.value
              AND holder.voice < 1::bigint << 48
              AND NOT link.component_id = ANY (p_dissolved)
            LIMIT 1
        ) AS known ON true
    ),
    -- Components that the first nameless holder brings together.
    gathered AS MATERIALIZED (
        SELECT
            reached.identifier_type,
            reached.value,
            known.raw_profile_id,
            known.component_id
        FROM reached
        CROSS JOIN LATERAL (
            SELECT
                min(link.raw_profile_id) AS raw_profile_id,
                link.component_id
            FROM cdp_raw_identifiers AS holder
            JOIN cdp_profile_links AS link ON link.raw_profile_id = holder.raw_profile_id
            WHERE holder.identifier_type = reached.identifier_type
              AND holder.value = reached.value
              AND holder.voice >= 1::bigint << 48
              AND NOT link.component_id = ANY (p_dissolved)
            GROUP BY link.component_id
        ) AS known
        WHERE reached.nameless IS NOT NULL
          AND reached.component_id IS NULL
    ),
    tie AS (
        SELECT
            held.*,
            reached.known_raw_profile_id AS other,
            reached.component_id AS node
        FROM held
        JOIN reached USING (identifier_type, value)
        WHERE reached.component_id IS NOT NULL
        UNION ALL
        SELECT
            held.*,
            partner.id,
            partner.id
        FROM held
        JOIN reached USING (identifier_type, value)
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN reached.nameless <> held.raw_profile_id THEN reached.nameless
                WHEN reached.lowest <> held.raw_profile_id THEN reached.lowest
                ELSE nullif(reached.highest, held.raw_profile_id)
            END AS id
        ) AS partner
        WHERE reached.component_id IS NULL
          AND reached.nameless IS NOT NULL
          AND partner.id IS NOT NULL
        UNION ALL
        SELECT
            held.*,
            gathered.raw_profile_id,
            gathered.component_id
        FROM gathered
        JOIN reached USING (identifier_type, value)
        JOIN held
            ON held.identifier_type = reached.identifier_type
            AND held.value = reached.value
            AND held.raw_profile_id = reached.nameless
    )
    SELECT
        tie.raw_profile_id,
        tie.other,
        tie.node,
        tie.priority,
        'exact:' || tie.identifier_type,
        tie.identifier_type,
        tie.value
    FROM tie;
END;
$$;

COMMENT ON FUNCTION c360._decided_ties(text, bigint[], bigint[], bigint[], text[], text[]) IS
    'Ties of observations that name nobody, by identifiers about which a scored rule decides.';
