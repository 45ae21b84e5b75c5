-- How well the model of subscriptions would have said which contracts were kept in the last p_holdout_periods periods before p_as_of (half of
-- the time since the first contract when NULL), had it been fitted before: as validation of cdp_subscription_fits. Keeps nothing. NULL where too
-- few contracts were there before.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds, U3430 for arguments that cannot be

CREATE OR REPLACE FUNCTION c360.validate_subscriptions(
    p_tenant          text,
    p_as_of           timestamptz      DEFAULT now(),
    p_holdout_periods integer          DEFAULT NULL,
    p_prior           double precision DEFAULT 0
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
    PERFORM c360._check_subscription_arguments(p_holdout_periods, 1, 0, p_prior);

    RETURN c360._subscription_validation(
        p_tenant, v_as_of, coalesce(p_holdout_periods, c360._subscription_holdout(p_tenant, v_as_of)), p_prior
    );
END;
$$;

COMMENT ON FUNCTION c360.validate_subscriptions(text, timestamptz, integer, double precision) IS
    'How well the model of subscriptions would have said which were kept.';
