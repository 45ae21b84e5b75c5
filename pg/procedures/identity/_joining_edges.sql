-- The edge that joined each new observation of components without contradiction: its most trusted identifier that
-- another observation holds too, with the first one that does. In such a component all holders are one person, so the
-- two lowest holders of a value are all that is looked at. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._joining_edges(
    p_tenant          text,
    p_raw_profile_ids bigint[]
)
    RETURNS TABLE (raw_profile_id bigint, identifier_type text, value text, with_raw_profile_id bigint)
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
    SELECT DISTINCT ON (held.raw_profile_id)
        held.raw_profile_id,
        held.identifier_type,
        held.value,
        CASE WHEN holders.two[1] = held.raw_profile_id THEN holders.two[2] ELSE holders.two[1] END
    FROM held
    JOIN holders USING (identifier_type, value)
    JOIN c360.identifier_types AS kind
        ON kind.tenant = p_tenant
        AND kind.identifier_type = split_part(held.identifier_type, ':', 1)
    ORDER BY
        held.raw_profile_id,
        kind.priority,
        held.identifier_type COLLATE "C",
        held.value COLLATE "C";
END;
$$;

COMMENT ON FUNCTION c360._joining_edges(text, bigint[]) IS
    'For each new observation the identifier that joined it to its component, most trusted first.';
