-- The observations of the next p_count components after p_after, in the order of their ids, and the last of these ids.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._next_components(
    p_after bigint,
    p_count integer
)
    RETURNS TABLE (last_component_id bigint, raw_profile_ids bigint[])
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
    SET enable_hashagg = off
    SET jit = off
AS $$
BEGIN
    RETURN QUERY
    SELECT
        max(link.component_id),
        array_agg(link.raw_profile_id)
    FROM (
        SELECT DISTINCT own.component_id
        FROM cdp_profile_links AS own
        WHERE own.component_id > p_after
        ORDER BY own.component_id
        LIMIT p_count
    ) AS next
    JOIN cdp_profile_links AS link ON link.component_id = next.component_id;
END;
$$;

COMMENT ON FUNCTION c360._next_components(bigint, integer) IS
    'Observations of the next components.';
