-- All observations of the components that these observations are in, and the golden record each has; one row of parallel
-- arrays, ascending. Observations without a link stand for themselves. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._component_members(p_raw_profile_ids bigint[])
    RETURNS TABLE (raw_profile_ids bigint[], master_profile_ids uuid[])
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
BEGIN
    RETURN QUERY
    SELECT
        coalesce(array_agg(member.raw_profile_id ORDER BY member.raw_profile_id), '{}'),
        coalesce(array_agg(member.master_profile_id ORDER BY member.raw_profile_id), '{}')
    FROM (
        SELECT
            link.raw_profile_id,
            link.master_profile_id
        FROM (
            SELECT DISTINCT own.component_id
            FROM cdp_profile_links AS own
            WHERE own.raw_profile_id = ANY (p_raw_profile_ids)
        ) AS component
        CROSS JOIN LATERAL (
            SELECT
                member.raw_profile_id,
                member.master_profile_id
            FROM cdp_profile_links AS member
            WHERE member.component_id = component.component_id
            OFFSET 0
        ) AS link
        UNION ALL
        SELECT DISTINCT
            lone.raw_profile_id,
            NULL::uuid
        FROM unnest(p_raw_profile_ids) AS lone (raw_profile_id)
        WHERE NOT EXISTS (SELECT FROM cdp_profile_links AS own WHERE own.raw_profile_id = lone.raw_profile_id)
    ) AS member;
END;
$$;

COMMENT ON FUNCTION c360._component_members(bigint[]) IS
    'Observations of whole components with their golden records.';
