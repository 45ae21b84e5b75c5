-- Why: which properties an event has is agreed between those who send it and those who read it, and what does not follow is seen
-- when it arrives. Three empty tables; nothing else is touched.

CREATE TABLE tenant_select_2.cdp_event_schemas (
    event_type  text        NOT NULL,
    event_name  text        NOT NULL,
    version     integer     NOT NULL,
    mode        text        NOT NULL,
    schema      jsonb       NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  text        NOT NULL,
    ended_at    timestamptz,
    CONSTRAINT cdp_event_schemas_pkey PRIMARY KEY (event_type, event_name, version),
    CONSTRAINT cdp_event_schemas_mode_check CHECK (mode IN ('allow', 'warn', 'block'))
);
CREATE UNIQUE INDEX cdp_event_schemas_current_key ON tenant_select_2.cdp_event_schemas (event_type, event_name) WHERE ended_at IS NULL;
COMMENT ON TABLE tenant_select_2.cdp_event_schemas IS 'The tracking plan: a JSON Schema for each kind of event, all versions. Filled by set_event_schema().';
COMMENT ON COLUMN tenant_select_2.cdp_event_schemas.event_name IS 'Name of a track event; of other types the type.';
COMMENT ON COLUMN tenant_select_2.cdp_event_schemas.mode IS 'allow: described, not checked; warn: what does not follow is counted and taken; block: it is rejected.';
COMMENT ON COLUMN tenant_select_2.cdp_event_schemas.schema IS 'JSON Schema of the properties, of identify and group of the traits.';
COMMENT ON COLUMN tenant_select_2.cdp_event_schemas.ended_at IS 'When a later version, or nothing, came in its place.';

CREATE TABLE tenant_select_2.cdp_event_checks (
    event_type  text     NOT NULL,
    event_name  text     NOT NULL,
    position    integer  NOT NULL,
    version     integer  NOT NULL,
    mode        text     NOT NULL,
    path        text     NOT NULL,
    keyword     text     NOT NULL,
    demanded    jsonb    NOT NULL,
    test        jsonpath NOT NULL,
    CONSTRAINT cdp_event_checks_pkey PRIMARY KEY (event_type, event_name, position)
);
COMMENT ON TABLE tenant_select_2.cdp_event_checks IS 'What current event schemas check, made from them: each a jsonpath that is true of what follows.';
COMMENT ON COLUMN tenant_select_2.cdp_event_checks.path IS 'Where the value stands, as /products/*/price; empty for the whole.';
COMMENT ON COLUMN tenant_select_2.cdp_event_checks.demanded IS 'The value of the keyword in the schema.';

CREATE TABLE tenant_select_2.cdp_event_violations (
    event_type       text        NOT NULL,
    event_name       text        NOT NULL,
    version          integer     NOT NULL,
    path             text        NOT NULL,
    keyword          text        NOT NULL,
    violation_count  bigint      NOT NULL,
    first_seen_at    timestamptz NOT NULL,
    last_seen_at     timestamptz NOT NULL,
    event_ids        bigint[]    NOT NULL,
    CONSTRAINT cdp_event_violations_pkey PRIMARY KEY (event_type, event_name, version, path, keyword)
);
COMMENT ON TABLE tenant_select_2.cdp_event_violations IS 'What events that were taken did not follow. Those that were not taken are rejected events of code U1113.';
COMMENT ON COLUMN tenant_select_2.cdp_event_violations.event_ids IS 'The last three of these events, as examples.';
