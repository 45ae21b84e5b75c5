-- Why: how long customers with a contract stay is asked for by contract, and how sure it is by fit.
-- Lock: a new table only; milliseconds.

CREATE TABLE tenant_select_2.cdp_subscription_fits (
    fit_id           bigint           GENERATED ALWAYS AS IDENTITY,
    is_active        boolean          NOT NULL,
    status           text             NOT NULL,
    as_of            timestamptz      NOT NULL,
    fitted_at        timestamptz      NOT NULL DEFAULT now(),
    time_zone        text             NOT NULL,
    period           interval         NOT NULL,
    contracts        bigint           NOT NULL,
    lost             bigint           NOT NULL,
    undecided        bigint           NOT NULL,
    unknown_start    bigint           NOT NULL,
    alpha            double precision,
    beta             double precision,
    standard_errors  double precision[],
    log_likelihood   double precision,
    prior            double precision NOT NULL,
    periods          integer          NOT NULL,
    discount         double precision NOT NULL,
    missing          jsonb            NOT NULL DEFAULT '[]',
    validation       jsonb,
    CONSTRAINT cdp_subscription_fits_pkey PRIMARY KEY (fit_id),
    CONSTRAINT cdp_subscription_fits_status_check CHECK (status IN ('converged', 'boundary', 'max_iter', 'stalled', 'not_enough')),
    CONSTRAINT cdp_subscription_fits_parameters_check CHECK ((status = 'not_enough') = (num_nonnulls(alpha, beta, log_likelihood) = 0)),
    CONSTRAINT cdp_subscription_fits_is_active_check CHECK (NOT is_active OR status IN ('converged', 'boundary'))
);
CREATE UNIQUE INDEX cdp_subscription_fits_is_active_key ON tenant_select_2.cdp_subscription_fits (is_active) WHERE is_active;
COMMENT ON TABLE tenant_select_2.cdp_subscription_fits IS 'Every fit of the model of subscriptions, with how it went; cdp_subscriptions speaks by the active one.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.is_active IS 'The last fit that can be used.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.status IS 'As of retention_fit; not_enough: see missing.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.as_of IS 'The fit knows what happened until then.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.time_zone IS 'Where days begin.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.period IS 'After each of these customers decide.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.contracts IS 'Contracts in the fit.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.lost IS 'Of these, those that ended.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.undecided IS 'Contracts in their first period, which say nothing yet.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.unknown_start IS 'Contracts whose start was never told, which are left out.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.alpha IS 'With beta the beta distribution of the probability to leave after a period.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.standard_errors IS 'Of alpha and beta; NULL unless converged.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.prior IS 'Weight of the prior on the logarithms of the parameters, in customers; 0: maximum likelihood.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.periods IS 'How many periods cdp_subscriptions looks ahead.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.discount IS 'Of a period: 0.01 makes a price paid after one 1/1.01 of it.';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.missing IS 'Of not_enough: [{what, have, needed}].';
COMMENT ON COLUMN tenant_select_2.cdp_subscription_fits.validation IS 'The same model fitted to the time before a day, and what it said of the time after: {calibrated_until, until, cases, reached, expected, bias, auc, brier, brier_of_rate, log_loss, log_loss_of_rate, by_decile, by_age: [{age, customers, actual, expected}]}, reached being contracts that were kept; NULL: unvalidated.';
