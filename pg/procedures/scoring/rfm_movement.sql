-- Who went from which RFM segment to which between two points in time: each pair with how many customers, and the orders and revenue
-- they have at the later one; of those who are gone by then, at the earlier. from_segment is "new" for who had no scores then, to_segment
-- "gone" for who has none any more, because their orders left the window. Both are computed from the orders until then, by today's
-- golden records, window and names. Who stays is there too. Reads only.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360.rfm_movement(
    p_tenant text,
    p_from   timestamptz,
    p_to     timestamptz DEFAULT now()
)
    RETURNS TABLE (from_segment text, to_segment text, customers bigint, orders bigint, revenue numeric)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    WITH earlier AS MATERIALIZED (
        SELECT
            scored.master_profile_id,
            scored.segment,
            scored.frequency,
            scored.monetary
        FROM c360._rfm(p_tenant, c360._checked_time('p_from', p_from)) AS scored
        WHERE scored.segment IS NOT NULL
    ),
    later AS MATERIALIZED (
        SELECT
            scored.master_profile_id,
            scored.segment,
            scored.frequency,
            scored.monetary
        FROM c360._rfm(p_tenant, c360._checked_time('p_to', p_to)) AS scored
        WHERE scored.segment IS NOT NULL
    ),
    moved AS (
        SELECT
            coalesce(earlier.segment, 'new') AS from_segment,
            coalesce(later.segment, 'gone') AS to_segment,
            count(*) AS customers,
            sum(coalesce(later.frequency, earlier.frequency))::bigint AS orders,
            sum(coalesce(later.monetary, earlier.monetary)) AS revenue
        FROM earlier
        FULL JOIN later ON later.master_profile_id = earlier.master_profile_id
        GROUP BY 1, 2
    )
    SELECT moved.*
    FROM moved
    LEFT JOIN c360._rfm_segments(p_tenant) AS origin ON origin.segment = moved.from_segment
    LEFT JOIN c360._rfm_segments(p_tenant) AS destination ON destination.segment = moved.to_segment
    ORDER BY
        origin."position" NULLS FIRST,
        destination."position" NULLS LAST;
END;
$$;

COMMENT ON FUNCTION c360.rfm_movement(text, timestamptz, timestamptz) IS
    'Who went from which RFM segment to which between two points in time, with orders and revenue; new and gone included.';
