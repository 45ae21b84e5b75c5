-- Why: models of how often customers buy and what a purchase is worth, fitted in the database.
-- Lock: new types only.

CREATE TYPE c360.purchase_fit AS (
    model            text,
    status           text,
    r                double precision,
    alpha            double precision,
    a                double precision,
    b                double precision,
    standard_errors  double precision[],
    log_likelihood   double precision,
    customers        bigint,
    excluded         bigint,
    steps            integer
);
COMMENT ON TYPE c360.purchase_fit IS 'A model of purchases fitted to customers; alpha is in the unit of time they were given in.';
COMMENT ON COLUMN c360.purchase_fit.model IS 'bg_nbd or mbg_nbd.';
COMMENT ON COLUMN c360.purchase_fit.status IS 'converged; boundary: a parameter of zero or infinity would fit best, usable but without standard errors; max_iter, stalled: the search ended before.';
COMMENT ON COLUMN c360.purchase_fit.standard_errors IS 'Of r, alpha, a and b; NULL unless converged.';
COMMENT ON COLUMN c360.purchase_fit.excluded IS 'Customers of age 0, who say nothing.';

CREATE TYPE c360.spend_fit AS (
    status           text,
    p                double precision,
    q                double precision,
    v                double precision,
    standard_errors  double precision[],
    log_likelihood   double precision,
    customers        bigint,
    excluded         bigint,
    correlation      double precision,
    steps            integer
);
COMMENT ON TYPE c360.spend_fit IS 'The Gamma-Gamma model of what a purchase is worth; v is in the money values were given in.';
COMMENT ON COLUMN c360.spend_fit.status IS 'As of purchase_fit.';
COMMENT ON COLUMN c360.spend_fit.excluded IS 'Customers without a repeat purchase of a positive value.';
COMMENT ON COLUMN c360.spend_fit.correlation IS 'Between how often and for how much they buy; the model takes it for zero.';

CREATE TYPE c360.model_terms AS (
    value        double precision,
    gradient     double precision[],
    information  double precision[]
);
COMMENT ON TYPE c360.model_terms IS 'A log-likelihood with its derivatives.';

CREATE TYPE c360.maximum AS (
    status           text,
    parameters       double precision[],
    log_likelihood   double precision,
    standard_errors  double precision[],
    steps            integer
);
COMMENT ON TYPE c360.maximum IS 'Where a likelihood is highest.';
