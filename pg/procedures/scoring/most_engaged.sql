-- The golden records that are most engaged, as cdp_engagement has them at the moment, the most engaged first: found by index, so p_limit of a
-- million take as long as of a thousand. What the worker has not worked out yet is missing in the choice, not in the scores. While it works out all
-- of them, after half-life, weights or the time zone changed, everybody's score is looked at. No rows where the score tells the value of a masked
-- attribute: the order would tell it too. Reads only.
-- Raises: U4404 tenant_not_found, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.most_engaged(p_tenant text, p_limit integer DEFAULT 50)
    RETURNS TABLE (
        master_profile_id  uuid,
        engagement         numeric,
        parts              jsonb,
        active_days_30d    bigint,
        active_days_90d    bigint
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_limit  integer := c360._checked_limit(p_limit);
    v_chosen uuid[];
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    IF 'engagement' = ANY (c360._masked_scores(p_tenant)) THEN
        RETURN;
    END IF;

    IF c360._knows_engagement_ranks(p_tenant) THEN
        v_chosen := ARRAY(
            (
                SELECT ranked.master_profile_id
                FROM cdp_engagement_ranks AS ranked
                ORDER BY
                    ranked.sign DESC,
                    ranked.rank_key DESC,
                    ranked.master_profile_id
                LIMIT v_limit
            )
            UNION
            SELECT ranked.master_profile_id
            FROM cdp_engagement_ranks AS ranked
            WHERE ranked.recount_on <= (SELECT counted.today FROM c360.engagement_settings(p_tenant) AS counted)
        );
    END IF;

    RETURN QUERY
    SELECT
        scored.master_profile_id,
        scored.engagement,
        scored.parts,
        scored.active_days_30d,
        scored.active_days_90d
    FROM cdp_engagement AS scored
    WHERE v_chosen IS NULL
       OR scored.master_profile_id = ANY (v_chosen)
    ORDER BY
        scored.engagement DESC,
        scored.master_profile_id
    LIMIT v_limit;
END;
$$;

COMMENT ON FUNCTION c360.most_engaged(text, integer) IS
    'The golden records that are most engaged, found by index.';
