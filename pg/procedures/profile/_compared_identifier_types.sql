-- For each type of identifier: what two groups of observations hold of it, what both hold, and whether that is in use. One row
-- for each type that one of them holds. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._compared_identifier_types(
    p_first  bigint[],
    p_second bigint[]
)
    RETURNS TABLE (
        identifier_type text,
        first_values    text[],
        second_values   text[],
        common_usable   text[],
        common_unusable text[]
    )
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH held AS MATERIALIZED (
        SELECT
            own.identifier_type COLLATE "C" AS identifier_type,
            own.value COLLATE "C" AS value,
            bool_or(side.number = 1) AS of_first,
            bool_or(side.number = 2) AS of_second,
            bool_or(own.is_usable) AS is_usable
        FROM (
            SELECT
                1 AS number,
                one.raw_profile_id
            FROM unnest(p_first) AS one (raw_profile_id)
            UNION ALL
            SELECT
                2,
                two.raw_profile_id
            FROM unnest(p_second) AS two (raw_profile_id)
        ) AS side
        JOIN cdp_raw_identifiers AS own ON own.raw_profile_id = side.raw_profile_id
        GROUP BY
            own.identifier_type COLLATE "C",
            own.value COLLATE "C"
    )
    SELECT
        held.identifier_type::text,
        array_agg(held.value::text ORDER BY held.value) FILTER (WHERE held.of_first),
        array_agg(held.value::text ORDER BY held.value) FILTER (WHERE held.of_second),
        array_agg(held.value::text ORDER BY held.value) FILTER (WHERE held.of_first AND held.of_second AND held.is_usable),
        array_agg(held.value::text ORDER BY held.value) FILTER (WHERE held.of_first AND held.of_second AND NOT held.is_usable)
    FROM held
    GROUP BY held.identifier_type;
END;
$$;

COMMENT ON FUNCTION c360._compared_identifier_types(bigint[], bigint[]) IS
    'Identifiers of two groups of observations side by side, type by type.';
