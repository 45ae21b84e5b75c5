-- Why: how long each kind of a tenant's data is kept, and how far its removal has come.
-- Lock: creates new tables and changes comments; milliseconds.

CREATE TABLE c360.retention_kinds (
    kind          text     NOT NULL,
    description   text     NOT NULL,
    default_keep  interval,
    position      integer  NOT NULL,
    CONSTRAINT retention_kinds_pkey PRIMARY KEY (kind),
    CONSTRAINT retention_kinds_kind_check CHECK (kind IN (
        'events', 'rejected_events', 'import_rejects', 'history', 'messages', 'attempts', 'dead_letters', 'audit'
    )),
    CONSTRAINT retention_kinds_default_keep_check CHECK (
        default_keep IS NULL OR (
            default_keep BETWEEN interval '1 day' AND interval '36500 days'
            AND default_keep = make_interval(days => extract(day FROM default_keep)::integer)
        )
    )
);
COMMENT ON TABLE c360.retention_kinds IS 'The kinds of data that can be kept for a limited time, and how long where a tenant says nothing.';
COMMENT ON COLUMN c360.retention_kinds.default_keep IS 'For tenants without a policy of their own; NULL keeps for ever, messages as long as their topic says.';
COMMENT ON COLUMN c360.retention_kinds.position IS 'Order in which they are removed: events last, because dropping a partition locks the table until the end of the transaction.';

INSERT INTO c360.retention_kinds (kind, description, default_keep, position) VALUES
    ('rejected_events', 'Events that were refused, settled or not, by when they were received.', NULL, 10),
    ('import_rejects', 'Rows that imports refused, by when the import ended.', NULL, 20),
    ('history', 'Former versions of golden records, by when the next version replaced them; the present one always stays.', NULL, 30),
    ('messages', 'Messages that have been sent to everybody who wants them; at most as long as their topic says.', NULL, 40),
    ('attempts', 'Failed attempts of webhooks, and dead letters that were replayed.', interval '14 days', 50),
    ('dead_letters', 'Messages given up for a webhook, by when they were given up.', interval '90 days', 60),
    ('audit', 'What was changed by whom.', NULL, 70),
    ('events', 'Recorded events, by month of reception: a month goes when its last day is past.', NULL, 80);

CREATE TABLE c360.retention_policies (
    tenant      text        NOT NULL,
    kind        text        NOT NULL,
    keep        interval    NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT retention_policies_pkey PRIMARY KEY (tenant, kind),
    CONSTRAINT retention_policies_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT retention_policies_kind_fkey FOREIGN KEY (kind) REFERENCES c360.retention_kinds (kind),
    CONSTRAINT retention_policies_keep_check CHECK (
        keep BETWEEN interval '1 day' AND interval '36500 days'
        AND keep = make_interval(days => extract(day FROM keep)::integer)
    ),
    CONSTRAINT retention_policies_audit_check CHECK (kind <> 'audit' OR keep >= interval '90 days')
);
CREATE INDEX retention_policies_kind_idx ON c360.retention_policies (kind);
COMMENT ON TABLE c360.retention_policies IS 'How long a tenant keeps a kind of data. Without a row: the default of the kind, mostly for ever.';
COMMENT ON COLUMN c360.retention_policies.keep IS 'Whole days, 1 to 36500, so that nobody has to ask how long a month is; at least 90 for the audit log, so that nobody can cover a trace within days.';

CREATE TABLE c360.retention_states (
    tenant      text        NOT NULL,
    kind        text        NOT NULL,
    cursor      jsonb       NOT NULL DEFAULT '{}',
    applied_at  timestamptz,
    CONSTRAINT retention_states_pkey PRIMARY KEY (tenant, kind),
    CONSTRAINT retention_states_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT retention_states_kind_fkey FOREIGN KEY (kind) REFERENCES c360.retention_kinds (kind),
    CONSTRAINT retention_states_cursor_check CHECK (jsonb_typeof(cursor) = 'object')
) WITH (fillfactor = 50);
CREATE INDEX retention_states_kind_idx ON c360.retention_states (kind);
COMMENT ON TABLE c360.retention_states IS 'How far removal has come, one row a tenant and kind: whoever removes locks the row, so that two workers never do the same. May be emptied: the next run then looks at everything again.';
COMMENT ON COLUMN c360.retention_states.cursor IS 'Where the next step goes on; its members depend on the kind.';
COMMENT ON COLUMN c360.retention_states.applied_at IS 'When the last step was done; NULL before the first.';

COMMENT ON TABLE c360.delivery_attempts IS 'Every failed attempt as long as retention kind attempts says; successes are counted in subscription_states.';
