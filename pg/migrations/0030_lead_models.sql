-- Why: a tenant may have its leads judged by data, and its subscriptions foretold.
-- Lock: ACCESS EXCLUSIVE on a table of few rows; milliseconds.

ALTER TABLE c360.score_settings DROP CONSTRAINT score_settings_score_check;
ALTER TABLE c360.score_settings ADD CONSTRAINT score_settings_score_check
    CHECK (score IN ('engagement', 'lead', 'lead_model', 'subscription'));
COMMENT ON TABLE c360.score_settings IS 'What a tenant wants of a score. Without a row: engagement and subscriptions as c360 has them, no score of leads, and no model of leads.';
COMMENT ON COLUMN c360.score_settings.settings IS 'engagement: {half_life_days, default_weight, weights: {event name: weight}}; lead: {rule: {points, and event, attribute or metric}}; lead_model: {goal, within_days, features: {name: {event, attribute or metric}}}; subscription: {started, renewed, cancelled, period, grace_days, id, price}.';

CREATE TYPE c360.lead_fit AS (
    model     c360.logistic_fit,
    features  jsonb,
    means     double precision[],
    cut_day   date,
    cases     bigint,
    ridge     double precision,
    missing   jsonb,
    warnings  jsonb
);
COMMENT ON TYPE c360.lead_fit IS 'A model of which leads reach a goal, fitted to those of a tenant.';
COMMENT ON COLUMN c360.lead_fit.model IS 'Status not_enough: it has no coefficients.';
COMMENT ON COLUMN c360.lead_fit.features IS '[{name, and what it is}], in the order of the coefficients after the first.';
COMMENT ON COLUMN c360.lead_fit.means IS 'Of the features over all cases.';
COMMENT ON COLUMN c360.lead_fit.cut_day IS 'Features are of the days until then, the goal of those after.';
COMMENT ON COLUMN c360.lead_fit.missing IS '[{what, have, needed}] of what is not enough.';
COMMENT ON COLUMN c360.lead_fit.warnings IS 'Features that were left out, leads beyond what is fitted to, and why there is a ridge.';

CREATE TYPE c360.subscription_settings AS (
    started           text,
    renewed           text,
    cancelled         text,
    period            interval,
    period_days       double precision,
    grace_days        integer,
    renews_by_itself  boolean,
    id                text,
    price             text
);
COMMENT ON TYPE c360.subscription_settings IS 'How a tenant tells of subscriptions, with what holds where it says nothing.';
COMMENT ON COLUMN c360.subscription_settings.period_days IS 'Days of a period on average, to find which renewal a day belongs to.';

CREATE TYPE c360.subscription_fit AS (
    model          c360.retention_fit,
    contracts      bigint,
    lost           bigint,
    unknown_start  bigint,
    missing        jsonb
);
COMMENT ON TYPE c360.subscription_fit IS 'A model of how long contracts are renewed, fitted to those of a tenant.';
COMMENT ON COLUMN c360.subscription_fit.model IS 'Status not_enough: it has no parameters.';
COMMENT ON COLUMN c360.subscription_fit.contracts IS 'Whose start is known.';
COMMENT ON COLUMN c360.subscription_fit.unknown_start IS 'Contracts whose start was never told, which are left out.';
COMMENT ON COLUMN c360.subscription_fit.missing IS '[{what, have, needed}] of what is not enough.';
