-- Fits the model of leads as set_lead_model() describes it to the whole days before p_as_of, judges it by a fit one goal earlier, and keeps all of it
-- as a row of cdp_lead_fits, which it answers. The newest fit that can be used is the active one: cdp_lead_model shows what it says. Too few
-- leads are an answer, not an error: status not_enough, with what is missing; a tenant without a model is answered {"status": "no_model"}.
-- p_ridge: how strongly coefficients are drawn towards 0.
-- Raises: U3001 models_not_ready, U4404 tenant_not_found, U4423 tenant_suspended, U4424 time_out_of_bounds, U3430 for a ridge that cannot be

CREATE OR REPLACE FUNCTION c360.fit_lead(
    p_tenant text,
    p_as_of  timestamptz      DEFAULT now(),
    p_ridge  double precision DEFAULT 0
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_settings   jsonb;
    v_until      date;
    v_fit        c360.lead_fit;
    v_validation jsonb;
    v_row        record;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    IF to_regclass('cdp_lead_fits') IS NULL THEN
        RAISE EXCEPTION 'tenant "%" has no tables for models yet', p_tenant
            USING ERRCODE = 'U3001',
                  HINT = format('Bring it up to date: c360 tenant sync %s', p_tenant);
    END IF;

    v_until := c360._lead_until_day(p_tenant, p_as_of);
    PERFORM c360._check_ridge(p_ridge);
    v_settings := c360._score_settings(p_tenant, 'lead_model');
    IF v_settings IS NULL THEN
        RETURN '{"status": "no_model"}';
    END IF;

    v_fit := c360._fit_lead(p_tenant, v_settings, v_until, p_ridge);
    IF (v_fit.model).status <> 'not_enough' THEN
        v_validation := c360._lead_validation(p_tenant, v_settings, v_until, p_ridge);
    END IF;

    PERFORM c360._wait_for_scores(p_tenant);
    IF (v_fit.model).status = 'converged' THEN
        UPDATE cdp_lead_fits AS earlier
        SET is_active = false
        WHERE earlier.is_active;
    END IF;

    INSERT INTO cdp_lead_fits AS fit (
        is_active, status, as_of, time_zone, goal, within_days, cut_day, cases, reached, ridge,
        features, means, coefficients, standard_errors, log_likelihood, warnings, missing, validation
    )
    SELECT
        (v_fit.model).status = 'converged', (v_fit.model).status, p_as_of, tenant.time_zone,
        v_settings ->> 'goal', coalesce((v_settings ->> 'within_days')::integer, 30), v_fit.cut_day,
        v_fit.cases, (v_fit.model).positives, v_fit.ridge,
        v_fit.features, v_fit.means, (v_fit.model).coefficients, (v_fit.model).standard_errors, (v_fit.model).log_likelihood,
        v_fit.warnings, v_fit.missing, v_validation
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant
    RETURNING fit.*
    INTO v_row;

    RETURN to_jsonb(v_row);
END;
$$;

COMMENT ON FUNCTION c360.fit_lead(text, timestamptz, double precision) IS
    'Fits the model of leads of a tenant, and judges it.';
