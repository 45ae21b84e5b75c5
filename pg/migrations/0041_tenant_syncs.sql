-- Why: a change of metadata is followed by the tenant's schema without a command: what was asked for, what became of it, who does it.
-- Lock: creates new tables; ACCESS EXCLUSIVE on c360.tenants and c360.bells, milliseconds.

ALTER TABLE c360.tenants ADD COLUMN auto_sync boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN c360.tenants.auto_sync IS 'Whether a worker brings the schema in line with changed metadata by itself; otherwise c360 tenant sync does.';

ALTER TABLE c360.bells DROP CONSTRAINT bells_bell_check;
ALTER TABLE c360.bells ADD CONSTRAINT bells_bell_check CHECK (bell IN ('relay', 'resolver', 'sync'));
-- Metadata change seldom, so nobody says that he sleeps: this bell is always rung.
INSERT INTO c360.bells (bell, is_awaited) VALUES ('sync', true);

CREATE TABLE c360.sync_requests (
    sync_request_id  bigint      GENERATED ALWAYS AS IDENTITY,
    tenant           text        NOT NULL,
    requested_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT sync_requests_pkey PRIMARY KEY (sync_request_id),
    CONSTRAINT sync_requests_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE
);
CREATE INDEX sync_requests_tenant_idx ON c360.sync_requests (tenant);
COMMENT ON TABLE c360.sync_requests IS 'Changes of metadata that the schema of the tenant has not followed yet. Rows are added and taken away, never changed: who changes metadata waits for nobody here.';

CREATE TABLE c360.tenant_syncs (
    tenant         text        NOT NULL,
    state          text        NOT NULL DEFAULT 'current',
    plan           jsonb,
    error_code     text,
    error_hint     text,
    attempts       integer     NOT NULL DEFAULT 0,
    attempted_at   timestamptz,
    retry_at       timestamptz,
    synced_at      timestamptz,
    is_finishing   boolean     NOT NULL DEFAULT false,
    rebuild_after  uuid,
    seconds        real,
    claimed_by     text,
    lease_until    timestamptz,
    CONSTRAINT tenant_syncs_pkey PRIMARY KEY (tenant),
    CONSTRAINT tenant_syncs_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT tenant_syncs_state_check CHECK (state IN ('current', 'waits', 'failed')),
    CONSTRAINT tenant_syncs_error_code_check CHECK ((state = 'failed') = (error_code IS NOT NULL)),
    CONSTRAINT tenant_syncs_retry_at_check CHECK ((state = 'failed') = (retry_at IS NOT NULL)),
    CONSTRAINT tenant_syncs_plan_check CHECK (state <> 'waits' OR plan IS NOT NULL),
    CONSTRAINT tenant_syncs_rebuild_after_check CHECK (is_finishing OR rebuild_after IS NULL),
    CONSTRAINT tenant_syncs_lease_until_check CHECK ((claimed_by IS NULL) = (lease_until IS NULL))
);
COMMENT ON TABLE c360.tenant_syncs IS 'What became of the last sync of each tenant, and who is at it. A tenant without a row was last synced by an older release.';
COMMENT ON COLUMN c360.tenant_syncs.state IS 'current: done. waits: a person has to agree. failed: tried again at retry_at, and at once after another change.';
COMMENT ON COLUMN c360.tenant_syncs.plan IS 'What waits for a person: {confirm: the command, refused: [losses], kept: [columns of retired attributes], steps: [reasons]}.';
COMMENT ON COLUMN c360.tenant_syncs.error_code IS 'SQLSTATE of the failure. The message may quote a customer, so it is in the log of the worker only.';
COMMENT ON COLUMN c360.tenant_syncs.error_hint IS 'What to do about it.';
COMMENT ON COLUMN c360.tenant_syncs.attempts IS 'Failures in a row.';
COMMENT ON COLUMN c360.tenant_syncs.is_finishing IS 'Tables, views and functions are in line; indexes are still being made or golden records still being queued.';
COMMENT ON COLUMN c360.tenant_syncs.rebuild_after IS 'Golden records after this one are still to be queued for the new columns.';
COMMENT ON COLUMN c360.tenant_syncs.seconds IS 'How long a worker was at it the last time. Tenants that take little have a turn of their own.';
COMMENT ON COLUMN c360.tenant_syncs.lease_until IS 'Past it, the worker in claimed_by counts as dead and another goes on.';

CREATE TABLE c360.sync_workers (
    worker   text        NOT NULL,
    seen_at  timestamptz NOT NULL,
    CONSTRAINT sync_workers_pkey PRIMARY KEY (worker)
);
COMMENT ON TABLE c360.sync_workers IS 'Workers that sync tenants, and when each was last seen. One that was not seen for 15 seconds is gone.';
