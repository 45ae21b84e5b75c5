-- Fits the models that customer lifetime value comes from (mbg_nbd, bg_nbd; Gamma-Gamma) to what golden records bought until p_as_of, judges them by
-- a fit to the time before the last p_holdout_days (half of the time since the first order when NULL), and keeps all of it as a row of
-- cdp_model_fits, which it answers. Orders of one day are one purchase. The newest fit that can be used is the active one: cdp_clv shows
-- what it says, p_months ahead, with p_discount a month and p_margin of a value. Too few customers are an answer, not an error: status
-- not_enough, with what is missing. p_prior: weight of a prior around 1, in customers, for customers who are all alike.
-- Raises: U3001 models_not_ready, U4404 tenant_not_found, U4423 tenant_suspended, U4424 time_out_of_bounds, U3430 for arguments that cannot be

CREATE OR REPLACE FUNCTION c360.fit_clv(
    p_tenant       text,
    p_model        text             DEFAULT 'mbg_nbd',
    p_as_of        timestamptz      DEFAULT now(),
    p_holdout_days integer          DEFAULT NULL,
    p_months       integer          DEFAULT 12,
    p_discount     double precision DEFAULT 0.01,
    p_margin       double precision DEFAULT 1,
    p_prior        double precision DEFAULT 0
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_as_of      timestamptz;
    v_fit        c360.clv_fit;
    v_validation jsonb;
    v_row        record;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    IF to_regclass('cdp_model_fits') IS NULL THEN
        RAISE EXCEPTION 'tenant "%" has no tables for models yet', p_tenant
            USING ERRCODE = 'U3001',
                  HINT = format('Bring it up to date: c360 tenant sync %s', p_tenant);
    END IF;

    v_as_of := c360._checked_time('p_as_of', p_as_of);
    PERFORM c360._check_clv_arguments(p_model, p_holdout_days, p_months, p_discount, p_margin, p_prior);

    v_fit := c360._fit_clv(p_tenant, p_model, v_as_of, p_prior);
    IF (v_fit.purchases).status <> 'not_enough' THEN
        v_validation := c360._clv_validation(
            p_tenant, p_model, v_as_of, coalesce(p_holdout_days, c360._holdout_days(p_tenant, v_as_of)), p_prior
        );
    END IF;

    PERFORM c360._wait_for_scores(p_tenant);
    IF (v_fit.purchases).status IN ('converged', 'boundary') THEN
        UPDATE cdp_model_fits AS earlier
        SET is_active = false
        WHERE earlier.score = 'clv'
          AND earlier.is_active;
    END IF;

    INSERT INTO cdp_model_fits AS fit (
        score, is_active, model, status, as_of, unit, currency, time_zone,
        customers, excluded, r, alpha, a, b, standard_errors, log_likelihood,
        spend_status, spend_customers, spend_excluded, p, q, v, spend_standard_errors, spend_log_likelihood, correlation,
        prior, months, discount, margin, warnings, missing, validation
    )
    SELECT
        'clv', (v_fit.purchases).status IN ('converged', 'boundary'), p_model, (v_fit.purchases).status, v_as_of, 'week', tenant.default_currency, tenant.time_zone,
        (v_fit.purchases).customers, (v_fit.purchases).excluded, (v_fit.purchases).r, (v_fit.purchases).alpha, (v_fit.purchases).a, (v_fit.purchases).b,
        (v_fit.purchases).standard_errors, (v_fit.purchases).log_likelihood,
        v_fit.spend_status, (v_fit.spend).customers, (v_fit.spend).excluded, (v_fit.spend).p, (v_fit.spend).q, (v_fit.spend).v,
        (v_fit.spend).standard_errors, (v_fit.spend).log_likelihood, (v_fit.spend).correlation,
        p_prior, p_months, p_discount, p_margin, v_fit.warnings, v_fit.missing, v_validation
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant
    RETURNING fit.*
    INTO v_row;

    RETURN to_jsonb(v_row);
END;
$$;

COMMENT ON FUNCTION c360.fit_clv(text, text, timestamptz, integer, integer, double precision, double precision, double precision) IS
    'Fits the models of customer lifetime value to the customers of a tenant, and judges them.';
