-- Why: how likely leads reach the goal of the tenant is asked for by golden record, and how sure it is by fit.
-- Lock: a new table only; milliseconds.

CREATE TABLE tenant_select_2.cdp_lead_fits (
    fit_id           bigint           GENERATED ALWAYS AS IDENTITY,
    is_active        boolean          NOT NULL,
    status           text             NOT NULL,
    as_of            timestamptz      NOT NULL,
    fitted_at        timestamptz      NOT NULL DEFAULT now(),
    time_zone        text             NOT NULL,
    goal             text             NOT NULL,
    within_days      integer          NOT NULL,
    cut_day          date             NOT NULL,
    cases            bigint           NOT NULL,
    reached          bigint           NOT NULL,
    ridge            double precision NOT NULL,
    features         jsonb            NOT NULL,
    means            double precision[],
    coefficients     double precision[],
    standard_errors  double precision[],
    log_likelihood   double precision,
    warnings         jsonb            NOT NULL DEFAULT '{}',
    missing          jsonb            NOT NULL DEFAULT '[]',
    validation       jsonb,
    CONSTRAINT cdp_lead_fits_pkey PRIMARY KEY (fit_id),
    CONSTRAINT cdp_lead_fits_status_check CHECK (status IN ('converged', 'max_iter', 'stalled', 'not_enough')),
    CONSTRAINT cdp_lead_fits_coefficients_check CHECK ((status = 'converged') = (coefficients IS NOT NULL)),
    CONSTRAINT cdp_lead_fits_is_active_check CHECK (NOT is_active OR status = 'converged')
);
CREATE UNIQUE INDEX cdp_lead_fits_is_active_key ON tenant_select_2.cdp_lead_fits (is_active) WHERE is_active;
COMMENT ON TABLE tenant_select_2.cdp_lead_fits IS 'Every fit of the model of leads, with how it went; probabilities come from the active one.';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.is_active IS 'The last fit that can be used.';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.status IS 'As of logistic_fit; not_enough: see missing.';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.as_of IS 'The fit knows the whole days before.';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.time_zone IS 'Where days begin.';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.goal IS 'Name of the event that leads are to reach.';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.cut_day IS 'Features are of the days until then; whether the goal was reached is of the within_days days after.';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.cases IS 'Leads in the fit: golden records seen until the cut that had never reached the goal.';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.reached IS 'Of these, those who then did.';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.ridge IS 'Draws the coefficients towards 0; 0 is maximum likelihood.';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.features IS '[{name, and event, attribute or metric}], in the order of means and of coefficients after the first. Counts and days go in as ln(1 + n).';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.coefficients IS 'The first is the one of 1, in log-odds.';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.standard_errors IS 'Of the coefficients after the first; NULL with a ridge.';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.warnings IS '{constant: [features], masked: [features], left_out: leads beyond those fitted to, ridge: why there is one}.';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.missing IS 'Of not_enough: [{what, have, needed}].';
COMMENT ON COLUMN tenant_select_2.cdp_lead_fits.validation IS 'The same model fitted a goal earlier, and what it said of the time after: {cut_day, until_day, cases, reached, expected, bias, auc, brier, brier_of_rate, log_loss, log_loss_of_rate, by_decile: [{decile, customers, actual, expected}]}; NULL: unvalidated.';
