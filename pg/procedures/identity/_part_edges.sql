-- The edge that joined each observation to its part of a contested component: its most trusted identifier that another
-- observation of the same part holds, with the first one that does; the lowest observation of a part is new.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._part_edges(
    p_tenant          text,
    p_raw_profile_ids bigint[],
    p_parts           bigint[]
)
    RETURNS TABLE (raw_profile_id bigint, rule text, evidence jsonb)
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
    RETURN QUERY
    WITH held AS MATERIALIZED (
        SELECT
            member.raw_profile_id,
            member.part,
            kind.priority,
            identifier.identifier_type COLLATE "C" AS identifier_type,
            identifier.value COLLATE "C" AS value
        FROM unnest(p_raw_profile_ids, p_parts) AS member (raw_profile_id, part)
        CROSS JOIN LATERAL (
            SELECT
                own.identifier_type,
                own.value
            FROM cdp_raw_identifiers AS own
            WHERE own.raw_profile_id = member.raw_profile_id
              AND own.is_usable
            OFFSET 0
        ) AS identifier
        JOIN c360.identifier_types AS kind
            ON kind.tenant = p_tenant
            AND kind.identifier_type = split_part(identifier.identifier_type, ':', 1)
    ),
    beside AS (
        SELECT
            held.*,
            first_value(held.raw_profile_id) OVER holders AS lowest,
            nth_value(held.raw_profile_id, 2) OVER holders AS second
        FROM held
        WINDOW holders AS (
            PARTITION BY held.part, held.identifier_type, held.value
            ORDER BY held.raw_profile_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
    ),
    best AS (
        SELECT DISTINCT ON (beside.raw_profile_id)
            beside.raw_profile_id,
            beside.identifier_type,
            beside.value,
            CASE WHEN beside.lowest = beside.raw_profile_id THEN beside.second ELSE beside.lowest END AS with_raw_profile_id
        FROM beside
        WHERE beside.second IS NOT NULL
        ORDER BY
            beside.raw_profile_id,
            beside.priority,
            beside.identifier_type,
            beside.value
    )
    SELECT
        member.raw_profile_id,
        coalesce('exact:' || best.identifier_type, 'new'),
        CASE
            WHEN best.identifier_type IS NULL THEN '{}'
            ELSE jsonb_build_object(
                'identifier_type', best.identifier_type,
                'value', best.value,
                'with_raw_profile_id', best.with_raw_profile_id
            )
        END
    FROM unnest(p_raw_profile_ids, p_parts) AS member (raw_profile_id, part)
    LEFT JOIN best
        ON best.raw_profile_id = member.raw_profile_id
        AND member.raw_profile_id <> member.part;
END;
$$;

COMMENT ON FUNCTION c360._part_edges(text, bigint[], bigint[]) IS
    'For each observation of contested components the rule and evidence that joined it to its part.';
