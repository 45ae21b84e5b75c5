-- Fits the model of how long customers with a contract renew it (shifted beta-geometric) to the subscriptions of a tenant as of p_as_of, judges it
-- by a fit to the time before the last p_holdout_periods periods (half of the time since the first contract when NULL), and keeps all of it as a row
-- of cdp_subscription_fits, which it answers. The newest fit that can be used is the active one: cdp_subscriptions shows what it says of the next
-- p_periods periods, with p_discount a period. Too few contracts are an answer, not an error: status not_enough, with what is missing; a tenant that has
-- told of none is answered {"status": "no_subscriptions"}. p_prior: weight of a prior around 1, in customers.
-- Raises: U3001 models_not_ready, U4404 tenant_not_found, U4423 tenant_suspended, U4424 time_out_of_bounds, U3430 for arguments that cannot be

CREATE OR REPLACE FUNCTION c360.fit_subscriptions(
    p_tenant          text,
    p_as_of           timestamptz      DEFAULT now(),
    p_holdout_periods integer          DEFAULT NULL,
    p_periods         integer          DEFAULT 12,
    p_discount        double precision DEFAULT 0.01,
    p_prior           double precision DEFAULT 0
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_as_of      timestamptz;
    v_fit        c360.subscription_fit;
    v_validation jsonb;
    v_row        record;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    IF to_regclass('cdp_subscription_fits') IS NULL THEN
        RAISE EXCEPTION 'tenant "%" has no tables for models yet', p_tenant
            USING ERRCODE = 'U3001',
                  HINT = format('Bring it up to date: c360 tenant sync %s', p_tenant);
    END IF;

    v_as_of := c360._checked_time('p_as_of', p_as_of);
    PERFORM c360._check_subscription_arguments(p_holdout_periods, p_periods, p_discount, p_prior);

    v_fit := c360._fit_subscriptions(p_tenant, v_as_of, p_prior);
    IF v_fit.contracts + v_fit.unknown_start + coalesce((v_fit.model).excluded, 0) = 0 THEN
        RETURN '{"status": "no_subscriptions"}';
    ELSIF (v_fit.model).status <> 'not_enough' THEN
        v_validation := c360._subscription_validation(
            p_tenant, v_as_of, coalesce(p_holdout_periods, c360._subscription_holdout(p_tenant, v_as_of)), p_prior
        );
    END IF;

    PERFORM c360._wait_for_scores(p_tenant);
    IF (v_fit.model).status IN ('converged', 'boundary') THEN
        UPDATE cdp_subscription_fits AS earlier
        SET is_active = false
        WHERE earlier.is_active;
    END IF;

    INSERT INTO cdp_subscription_fits AS fit (
        is_active, status, as_of, time_zone, period, contracts, lost, undecided, unknown_start,
        alpha, beta, standard_errors, log_likelihood, prior, periods, discount, missing, validation
    )
    SELECT
        (v_fit.model).status IN ('converged', 'boundary'), (v_fit.model).status, v_as_of, tenant.time_zone,
        (c360._subscription_settings(p_tenant)).period,
        v_fit.contracts, v_fit.lost, (v_fit.model).excluded, v_fit.unknown_start,
        (v_fit.model).alpha, (v_fit.model).beta, (v_fit.model).standard_errors, (v_fit.model).log_likelihood,
        p_prior, p_periods, p_discount, v_fit.missing, v_validation
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant
    RETURNING fit.*
    INTO v_row;

    RETURN to_jsonb(v_row);
END;
$$;

COMMENT ON FUNCTION c360.fit_subscriptions(text, timestamptz, integer, integer, double precision, double precision) IS
    'Fits the model of how long subscriptions of a tenant are renewed, and judges it.';
