-- Takes a funnel away; its figures go with the next refresh_reports(). Answers whether it was there; safe to repeat.
-- Raises: U4404, U4423 of the tenant

CREATE OR REPLACE FUNCTION c360.remove_funnel(p_tenant text, p_funnel text)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    DELETE FROM c360.funnels AS own
    WHERE own.tenant = p_tenant
      AND own.funnel = p_funnel;

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.remove_funnel(text, text) IS
    'Takes a funnel away. Returns whether it was there.';
