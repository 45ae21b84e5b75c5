-- Why: value that is still to come is asked for by customer, and how sure it is by model. Derived tables, so without foreign keys.
-- Lock: new tables only; milliseconds.

CREATE TABLE tenant_plain.cdp_purchase_histories (
    master_profile_id  uuid    NOT NULL,
    purchase_days      integer NOT NULL,
    first_day          date    NOT NULL,
    last_day           date    NOT NULL,
    priced_repeats     integer NOT NULL,
    repeat_value       numeric NOT NULL,
    recount_on         date,
    CONSTRAINT cdp_purchase_histories_pkey PRIMARY KEY (master_profile_id),
    CONSTRAINT cdp_purchase_histories_purchase_days_check CHECK (purchase_days > priced_repeats AND priced_repeats >= 0),
    CONSTRAINT cdp_purchase_histories_last_day_check CHECK (last_day >= first_day)
) WITH (fillfactor = 80);
CREATE INDEX cdp_purchase_histories_recount_on_idx ON tenant_plain.cdp_purchase_histories (recount_on) WHERE recount_on IS NOT NULL;
COMMENT ON TABLE tenant_plain.cdp_purchase_histories IS 'What models of purchases need to know of each golden record that bought. Time since is counted when somebody asks, so nothing changes by itself. Derived, so without a foreign key.';
COMMENT ON COLUMN tenant_plain.cdp_purchase_histories.purchase_days IS 'Days with an order, in the time zone of the tenant: orders of one day are one purchase.';
COMMENT ON COLUMN tenant_plain.cdp_purchase_histories.priced_repeats IS 'Of these the days after the first that have a value in the default currency of the tenant.';
COMMENT ON COLUMN tenant_plain.cdp_purchase_histories.repeat_value IS 'What these days come to, refunds taken off, in major units.';
COMMENT ON COLUMN tenant_plain.cdp_purchase_histories.recount_on IS 'The day of the next order that is dated in the future.';

CREATE TABLE tenant_plain.cdp_model_fits (
    fit_id                    bigint           GENERATED ALWAYS AS IDENTITY,
    score                     text             NOT NULL,
    is_active                 boolean          NOT NULL,
    model                     text             NOT NULL,
    status                    text             NOT NULL,
    as_of                     timestamptz      NOT NULL,
    fitted_at                 timestamptz      NOT NULL DEFAULT now(),
    unit                      text             NOT NULL,
    currency                  text             NOT NULL,
    time_zone                 text             NOT NULL,
    customers                 bigint           NOT NULL,
    excluded                  bigint           NOT NULL,
    r                         double precision,
    alpha                     double precision,
    a                         double precision,
    b                         double precision,
    standard_errors           double precision[],
    log_likelihood            double precision,
    spend_status              text             NOT NULL,
    spend_customers           bigint           NOT NULL,
    spend_excluded            bigint           NOT NULL,
    p                         double precision,
    q                         double precision,
    v                         double precision,
    spend_standard_errors     double precision[],
    spend_log_likelihood      double precision,
    correlation               double precision,
    prior                     double precision NOT NULL,
    months                    integer          NOT NULL,
    discount                  double precision NOT NULL,
    margin                    double precision NOT NULL,
    warnings                  jsonb            NOT NULL DEFAULT '{}',
    missing                   jsonb            NOT NULL DEFAULT '[]',
    validation                jsonb,
    CONSTRAINT cdp_model_fits_pkey PRIMARY KEY (fit_id),
    CONSTRAINT cdp_model_fits_score_check CHECK (score IN ('clv')),
    CONSTRAINT cdp_model_fits_model_check CHECK (model IN ('bg_nbd', 'mbg_nbd')),
    CONSTRAINT cdp_model_fits_status_check CHECK (status IN ('converged', 'boundary', 'max_iter', 'stalled', 'not_enough')),
    CONSTRAINT cdp_model_fits_spend_status_check CHECK (spend_status IN ('converged', 'boundary', 'max_iter', 'stalled', 'not_enough', 'correlated')),
    CONSTRAINT cdp_model_fits_parameters_check CHECK ((status = 'not_enough') = (num_nonnulls(r, alpha, a, b, log_likelihood) = 0)),
    CONSTRAINT cdp_model_fits_is_active_check CHECK (NOT is_active OR status IN ('converged', 'boundary'))
);
CREATE UNIQUE INDEX cdp_model_fits_score_key ON tenant_plain.cdp_model_fits (score) WHERE is_active;
COMMENT ON TABLE tenant_plain.cdp_model_fits IS 'Every fit of a model to the customers of the tenant, with how it went; scores come from the active one.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.is_active IS 'The last fit that can be used.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.status IS 'Of the model of purchases, as in purchase_fit; not_enough: see missing.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.as_of IS 'The fit knows what was bought until then.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.unit IS 'Unit of time the parameters are in.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.time_zone IS 'Where days begin.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.customers IS 'Golden records in the fit.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.excluded IS 'Golden records whose first order was on the last day: they say nothing yet.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.standard_errors IS 'Of r, alpha, a and b; NULL unless converged.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.spend_status IS 'Of the model of what a purchase is worth; correlated: how often and for how much are too related for it.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.spend_standard_errors IS 'Of p, q and v; NULL unless converged.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.correlation IS 'Between how often and for how much they buy.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.prior IS 'Weight of the prior on the logarithms of the parameters, in customers; 0: maximum likelihood.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.months IS 'How far cdp_clv looks ahead.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.discount IS 'Of a month: 0.01 makes a value of the next month 1/1.01 of it.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.margin IS 'Of a value, what stays: 1 is revenue.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.warnings IS 'What had to be left out, by reason.';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.missing IS 'Of not_enough: [{what, have, needed}].';
COMMENT ON COLUMN tenant_plain.cdp_model_fits.validation IS 'The same model fitted to the time before a day, and what it said of the time after: {calibrated_until, until, customers, actual, expected, bias, mae, rmse, auc, brier, by_frequency, by_decile, value}; NULL: unvalidated.';
