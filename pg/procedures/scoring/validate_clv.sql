-- How well the models of customer lifetime value would have said the last p_holdout_days days before p_as_of (half of the time since the first
-- order when NULL), had they been fitted before: as validation of cdp_model_fits. Keeps nothing. NULL where too few customers bought before.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds, U3430 for arguments that cannot be

CREATE OR REPLACE FUNCTION c360.validate_clv(
    p_tenant       text,
    p_model        text             DEFAULT 'mbg_nbd',
    p_as_of        timestamptz      DEFAULT now(),
    p_holdout_days integer          DEFAULT NULL,
    p_prior        double precision DEFAULT 0
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_as_of timestamptz := c360._checked_time('p_as_of', p_as_of);
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._check_clv_arguments(p_model, p_holdout_days, 1, 0, 1, p_prior);

    RETURN c360._clv_validation(
        p_tenant, p_model, v_as_of, coalesce(p_holdout_days, c360._holdout_days(p_tenant, v_as_of)), p_prior
    );
END;
$$;

COMMENT ON FUNCTION c360.validate_clv(text, text, timestamptz, integer, double precision) IS
    'How well the models of customer lifetime value would have said the last days of a tenant.';
