-- Why: segments of golden records are metadata: a condition that is checked and compiled by the sync.
-- Lock: a new table; ACCESS EXCLUSIVE on c360.locks; milliseconds.

ALTER TABLE c360.locks
    DROP CONSTRAINT locks_lock_check,
    ADD CONSTRAINT locks_lock_check CHECK (
        lock IN ('sync', 'metadata', 'resolver', 'scores', 'imports', 'orders', 'sessions', 'profiles', 'segments')
    );

CREATE TABLE c360.segments (
    tenant          text        NOT NULL,
    segment         text        NOT NULL,
    title           text        NOT NULL DEFAULT '',
    description     text        NOT NULL DEFAULT '',
    condition       text        NOT NULL,
    status          text        NOT NULL DEFAULT 'active',
    notifies_first  boolean     NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now(),
    created_by      text        NOT NULL DEFAULT session_user,
    changed_at      timestamptz NOT NULL DEFAULT now(),
    changed_by      text        NOT NULL DEFAULT session_user,
    CONSTRAINT segments_pkey PRIMARY KEY (tenant, segment),
    CONSTRAINT segments_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT segments_segment_check CHECK (segment ~ '^[a-z][a-z0-9_]{0,40}$'),
    CONSTRAINT segments_title_check CHECK (length(title) <= 200),
    CONSTRAINT segments_condition_check CHECK (length(condition) BETWEEN 1 AND 4000),
    CONSTRAINT segments_status_check CHECK (status IN ('active', 'paused'))
);
COMMENT ON TABLE c360.segments IS 'Segments of a tenant: golden records for which a condition holds.';
COMMENT ON COLUMN c360.segments.segment IS 'Code, by which conditions of other segments and messages name it.';
COMMENT ON COLUMN c360.segments.condition IS 'A boolean expression of SQL as its author wrote it; never run as it stands. docs/how-to/build-a-segment.md';
COMMENT ON COLUMN c360.segments.status IS 'paused: who is in stays in, nobody enters or leaves.';
COMMENT ON COLUMN c360.segments.notifies_first IS 'Whoever is found when the segment is filled for the first time is told as segment.entered.';
