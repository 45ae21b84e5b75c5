-- The RFM segments of a tenant, the eleven of c360 or its own, with how many customers, orders and how much revenue each holds as of a point in time. Every
-- segment has a row, also an empty one. Reads only.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360.rfm_summary(
    p_tenant text,
    p_as_of  timestamptz DEFAULT now()
)
    RETURNS TABLE (
        segment              text,
        customers            bigint,
        orders               bigint,
        revenue              numeric,
        median_recency_days  integer,
        advice               text
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        named.segment,
        count(scored.master_profile_id),
        coalesce(sum(scored.frequency), 0)::bigint,
        coalesce(sum(scored.monetary), 0),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY scored.recency_days),
        named.advice
    FROM c360._rfm_segments(p_tenant) AS named
    LEFT JOIN c360._rfm(p_tenant, c360._checked_time('p_as_of', p_as_of)) AS scored ON scored.segment = named.segment
    GROUP BY
        named.segment,
        named."position",
        named.advice
    ORDER BY named."position";
END;
$$;

COMMENT ON FUNCTION c360.rfm_summary(text, timestamptz) IS
    'Customers, orders and revenue of each RFM segment as of a point in time.';
