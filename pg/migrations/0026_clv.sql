-- Why: a model of a tenant is two fits, or what is missing for them.
-- Lock: new types only.

CREATE TYPE c360.clv_fit AS (
    purchases     c360.purchase_fit,
    spend         c360.spend_fit,
    spend_status  text,
    missing       jsonb,
    warnings      jsonb
);
COMMENT ON TYPE c360.clv_fit IS 'Models of how often customers of a tenant buy and for how much.';
COMMENT ON COLUMN c360.clv_fit.purchases IS 'Of not_enough customers it has no parameters.';
COMMENT ON COLUMN c360.clv_fit.spend IS 'NULL unless it can be used.';
COMMENT ON COLUMN c360.clv_fit.spend_status IS 'As of spend_fit, not_enough or correlated.';
COMMENT ON COLUMN c360.clv_fit.missing IS '[{what, have, needed}] of what is not enough.';
COMMENT ON COLUMN c360.clv_fit.warnings IS 'Orders that count without a value, by reason.';

CREATE TYPE c360.retention_fit AS (
    status           text,
    alpha            double precision,
    beta             double precision,
    standard_errors  double precision[],
    log_likelihood   double precision,
    customers        bigint,
    excluded         bigint,
    steps            integer
);
COMMENT ON TYPE c360.retention_fit IS 'The shifted beta-geometric model of how long customers renew.';
COMMENT ON COLUMN c360.retention_fit.status IS 'As of purchase_fit.';
COMMENT ON COLUMN c360.retention_fit.alpha IS 'With beta the beta distribution of the probability to leave in a period.';
COMMENT ON COLUMN c360.retention_fit.excluded IS 'Customers who have not yet had to decide, who say nothing.';
