-- Why: funnels that a tenant names are counted as events come, and how far golden records came travels between functions.
-- Lock: creates a new table and a type; milliseconds.

CREATE TABLE c360.funnels (
    tenant      text        NOT NULL,
    funnel      text        NOT NULL,
    steps       text[]      NOT NULL,
    within      text        NOT NULL DEFAULT '7 days',
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT funnels_pkey PRIMARY KEY (tenant, funnel),
    CONSTRAINT funnels_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT funnels_funnel_check CHECK (funnel ~ '^[a-z][a-z0-9_]{0,40}$'),
    CONSTRAINT funnels_steps_check CHECK (
        cardinality(steps) BETWEEN 2 AND 10 AND array_position(steps, NULL) IS NULL AND array_position(steps, '') IS NULL
    ),
    CONSTRAINT funnels_within_check CHECK (
        within ~ '^([1-9][0-9]{0,3} (minute|hour)s?|([1-9][0-9]?|[12][0-9]{2}|3[0-5][0-9]|36[0-6]) days?)$'
    )
);
COMMENT ON TABLE c360.funnels IS 'Funnels that are counted for a tenant by the day on which somebody begins.';
COMMENT ON COLUMN c360.funnels.steps IS 'Names of events, one after the other.';
COMMENT ON COLUMN c360.funnels.within IS 'From the first step to the last, in minutes, hours or days, such as 3 days; at most 366 days.';

CREATE TYPE c360.funnel_entry AS (
    master_profile_id  uuid,
    day                date,
    reached            integer
);
COMMENT ON TYPE c360.funnel_entry IS 'How far a golden record came in a funnel from the beginnings of one day.';
COMMENT ON COLUMN c360.funnel_entry.day IS 'On which it took the first step, in the time zone of the tenant.';
COMMENT ON COLUMN c360.funnel_entry.reached IS 'The last step it came to, from 1.';
