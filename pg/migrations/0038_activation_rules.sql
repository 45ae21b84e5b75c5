-- Why: when whom to contact, over which channel, for which purpose and how often is metadata of a tenant.
-- Lock: creates a new table and a type; milliseconds.

CREATE TABLE c360.activation_rules (
    tenant        text        NOT NULL,
    rule          text        NOT NULL,
    title         text        NOT NULL DEFAULT '',
    description   text        NOT NULL DEFAULT '',
    status        text        NOT NULL DEFAULT 'active',
    definition    jsonb       NOT NULL,
    active_since  timestamptz NOT NULL DEFAULT now(),
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT activation_rules_pkey PRIMARY KEY (tenant, rule),
    CONSTRAINT activation_rules_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT activation_rules_rule_check CHECK (rule ~ '^[a-z][a-z0-9_]{0,40}$'),
    CONSTRAINT activation_rules_title_check CHECK (length(title) <= 200),
    CONSTRAINT activation_rules_description_check CHECK (length(description) <= 2000),
    CONSTRAINT activation_rules_status_check CHECK (status IN ('active', 'paused')),
    CONSTRAINT activation_rules_definition_check CHECK (jsonb_typeof(definition) = 'object' AND pg_column_size(definition) < 20000)
);
COMMENT ON TABLE c360.activation_rules IS 'When which persons are to be contacted, how, and how often at most.';
COMMENT ON COLUMN c360.activation_rules.definition IS '{when, segment, not_in_segment, needs, channel, purpose, subscription, attributes, data, cap, once_per, quiet, expires_after}.';
COMMENT ON COLUMN c360.activation_rules.active_since IS 'What happened before sets nothing off: since it was made, resumed, or waits for something else.';

CREATE TYPE c360.activation_candidate AS (
    place              bigint,
    rule               text,
    master_profile_id  uuid,
    happened_at        timestamptz
);
COMMENT ON TYPE c360.activation_candidate IS 'Somebody whom a rule may contact.';
COMMENT ON COLUMN c360.activation_candidate.place IS 'What the caller knows it by.';
COMMENT ON COLUMN c360.activation_candidate.happened_at IS 'When that happened which set it off.';

ALTER TABLE c360.locks DROP CONSTRAINT locks_lock_check;
ALTER TABLE c360.locks ADD CONSTRAINT locks_lock_check CHECK (lock ~ '^[a-z]{1,20}$');
