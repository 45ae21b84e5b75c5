-- Why: what a tenant wants counted as engagement, what makes a lead, and what a logistic regression answers.
-- Lock: creates a new table and a type; milliseconds.

CREATE TABLE c360.score_settings (
    tenant      text        NOT NULL,
    score       text        NOT NULL,
    settings    jsonb       NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT score_settings_pkey PRIMARY KEY (tenant, score),
    CONSTRAINT score_settings_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT score_settings_score_check CHECK (score IN ('engagement', 'lead')),
    CONSTRAINT score_settings_settings_check CHECK (jsonb_typeof(settings) = 'object')
);
COMMENT ON TABLE c360.score_settings IS 'What a tenant wants of a score. Without a row: engagement as c360 has it, and no score of leads.';
COMMENT ON COLUMN c360.score_settings.settings IS 'engagement: {half_life_days, default_weight, weights: {event name: weight}}; lead: {rule: {points, and event, attribute or metric}}.';

CREATE TYPE c360.logistic_fit AS (
    status           text,
    coefficients     double precision[],
    standard_errors  double precision[],
    log_likelihood   double precision,
    positives        bigint,
    negatives        bigint,
    steps            integer
);
COMMENT ON TYPE c360.logistic_fit IS 'A logistic regression; the first coefficient is the one of 1, the others are those of the columns.';
COMMENT ON COLUMN c360.logistic_fit.status IS 'converged; separated: a line divides those who did from those who did not, and without a ridge the coefficients have no end; max_iter or stalled: the search ended before.';
COMMENT ON COLUMN c360.logistic_fit.coefficients IS 'NULL unless converged.';
COMMENT ON COLUMN c360.logistic_fit.standard_errors IS 'Of the coefficients of the columns, as they were given; NULL with a ridge.';
