-- The edge that joined each new observation of components without contradiction: its most trusted tie: what a person
-- decided, an identifier that another observation holds too, with the first one that does, or a pair of a match rule. In such a component all holders are one person, so the
-- two lowest holders of a value are all that is looked at. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._joining_edges(
    p_tenant          text,
    p_raw_profile_ids bigint[]
)
    RETURNS TABLE (
        raw_profile_id bigint, rule text, score real, identifier_type text, value text, link_override_id bigint,
        with_raw_profile_id bigint
    )
    LANGUAGE plpgsql
    STABLE
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH held AS MATERIALIZED (
        SELECT
            identifier.raw_profile_id,
            identifier.identifier_type,
            identifier.value
        FROM unnest(p_raw_profile_ids) AS fresh (raw_profile_id)
        CROSS JOIN LATERAL (
            SELECT
                own.raw_profile_id,
                own.identifier_type,
                own.value
            FROM cdp_raw_identifiers AS own
            WHERE own.raw_profile_id = fresh.raw_profile_id
              AND own.is_usable
            OFFSET 0
        ) AS identifier
    ),
    holders AS MATERIALIZED (
        SELECT
            shared.identifier_type,
            shared.value,
            lowest.two
        FROM (SELECT DISTINCT held.identifier_type, held.value FROM held) AS shared
        CROSS JOIN LATERAL (
            SELECT ARRAY(
                SELECT other.raw_profile_id
                FROM cdp_raw_identifiers AS other
                WHERE other.identifier_type = shared.identifier_type
                  AND other.value = shared.value
                ORDER BY other.raw_profile_id
                LIMIT 2
            ) AS two
            OFFSET 0
        ) AS lowest
        WHERE cardinality(lowest.two) = 2
    )
    SELECT DISTINCT ON (every.raw_profile_id)
        every.raw_profile_id,
        every.rule,
        every.score,
        every.identifier_type,
        every.value,
        every.link_override_id,
        every.with_raw_profile_id
    FROM (
        SELECT
            held.raw_profile_id,
            kind.priority,
            'exact:' || held.identifier_type AS rule,
            1::real AS score,
            held.identifier_type,
            held.value,
            NULL::bigint AS link_override_id,
            CASE WHEN holders.two[1] = held.raw_profile_id THEN holders.two[2] ELSE holders.two[1] END AS with_raw_profile_id
        FROM held
        JOIN holders USING (identifier_type, value)
        JOIN c360.identifier_types AS kind
            ON kind.tenant = p_tenant
            AND kind.identifier_type = split_part(held.identifier_type, ':', 1)
        UNION ALL
        SELECT
            pair.raw_profile_id,
            pair.priority,
            pair.rule,
            pair.score,
            NULL,
            NULL,
            NULL,
            pair.with_raw_profile_id
        FROM c360._pair_ties(p_tenant, p_raw_profile_ids) AS pair
        UNION ALL
        SELECT
            decided.raw_profile_id,
            -1,
            'must_link',
            1,
            NULL,
            NULL,
            decided.link_override_id,
            other.raw_profile_id
        FROM c360._override_ties(p_raw_profile_ids) AS decided
        JOIN cdp_link_override_members AS other
            ON other.link_override_id = decided.link_override_id
            AND other.raw_profile_id <> decided.raw_profile_id
        WHERE decided.kind = 'must_link'
    ) AS every
    ORDER BY
        every.raw_profile_id,
        every.priority,
        every.rule COLLATE "C",
        every.score DESC,
        every.value COLLATE "C",
        every.link_override_id,
        every.with_raw_profile_id;
END;
$$;

COMMENT ON FUNCTION c360._joining_edges(text, bigint[]) IS
    'For each new observation the tie that joined it to its component, most trusted first.';
