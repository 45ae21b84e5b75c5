-- How well the model of leads would have said who reached the goal on the last days before p_as_of, had it been fitted before: as validation of
-- cdp_lead_fits. Keeps nothing. NULL where too few leads were there before, and without a model.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds, U3430 for a ridge that cannot be

CREATE OR REPLACE FUNCTION c360.validate_lead(
    p_tenant text,
    p_as_of  timestamptz      DEFAULT now(),
    p_ridge  double precision DEFAULT 0
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_settings jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._check_ridge(p_ridge);
    v_settings := c360._score_settings(p_tenant, 'lead_model');
    IF v_settings IS NULL THEN
        RETURN NULL;
    END IF;

    RETURN c360._lead_validation(p_tenant, v_settings, c360._lead_until_day(p_tenant, p_as_of), p_ridge);
END;
$$;

COMMENT ON FUNCTION c360.validate_lead(text, timestamptz, double precision) IS
    'How well the model of leads would have said the last days of a tenant.';
