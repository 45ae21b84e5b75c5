-- The funnels of a tenant. is_counted: all golden records have been gone through since the funnel is what it is. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.list_funnels(p_tenant text)
    RETURNS TABLE (funnel text, steps text[], within text, is_counted boolean)
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
        stated.funnel,
        stated.steps,
        stated.within,
        EXISTS (
            SELECT
            FROM cdp_report_funnel_states AS state
            WHERE state.funnel = stated.funnel
              AND state.steps = stated.steps
              AND state.within = stated.within
              AND state.is_filled
        )
    FROM c360.funnels AS stated
    WHERE stated.tenant = p_tenant
    ORDER BY stated.funnel;
END;
$$;

COMMENT ON FUNCTION c360.list_funnels(text) IS
    'The funnels of a tenant, and whether they are counted.';
