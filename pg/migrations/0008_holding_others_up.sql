-- Why: no tenant may hold another one up: locks that only the owner can take, bells only the daemons know, backfills by the relay.
-- Lock: new tables; rewrites c360.bells (two rows). Writes 133 small rows a tenant: milliseconds, a second for a thousand tenants.

CREATE TABLE c360.locks (
    tenant  text     NOT NULL,
    lock    text     NOT NULL,
    bucket  smallint NOT NULL DEFAULT 0,
    CONSTRAINT locks_pkey PRIMARY KEY (tenant, lock, bucket),
    CONSTRAINT locks_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT locks_lock_check CHECK (lock IN ('sync', 'metadata', 'resolver', 'scores', 'imports', 'orders')),
    CONSTRAINT locks_bucket_check CHECK (bucket BETWEEN 0 AND 127 AND (bucket = 0 OR lock = 'orders'))
);
COMMENT ON TABLE c360.locks IS 'What takes turns within a tenant: a transaction locks the row, never changes it. Rows, because every login can take advisory locks, and nobody but the owner can lock these.';
COMMENT ON COLUMN c360.locks.lock IS 'sync: its schema; metadata: numbers of versions; resolver: golden records; scores, imports: one at a time; orders: reports of one order.';
COMMENT ON COLUMN c360.locks.bucket IS 'Orders are spread over 128 rows by their number; everything else has bucket 0.';

INSERT INTO c360.locks (tenant, lock, bucket)
SELECT
    tenant.tenant,
    wanted.lock,
    wanted.bucket
FROM c360.tenants AS tenant
CROSS JOIN (
    SELECT unnest(ARRAY['sync', 'metadata', 'resolver', 'scores', 'imports']) AS lock, 0 AS bucket
    UNION ALL
    SELECT 'orders', generate_series(0, 127)
) AS wanted;

CREATE TABLE c360.import_sessions (
    tenant     text    NOT NULL,
    import_id  bigint  NOT NULL,
    pid        integer NOT NULL,
    life_sign  bigint  NOT NULL,
    CONSTRAINT import_sessions_pkey PRIMARY KEY (tenant, import_id),
    CONSTRAINT import_sessions_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE
);
COMMENT ON TABLE c360.import_sessions IS 'Which session sends the rows of a running import of a file, so that two do not meet and a dead one can be followed.';
COMMENT ON COLUMN c360.import_sessions.pid IS 'Process of the session.';
COMMENT ON COLUMN c360.import_sessions.life_sign IS 'Random number of an advisory lock that this process, and no other that may get its number later, holds while its session lives.';

COMMENT ON COLUMN c360.delivery_attempts.error IS 'Class of the failure: connect, tls, timeout, forbidden, cleartext, protocol, or status.';

CREATE TABLE c360.backfills (
    subscription_id  uuid        NOT NULL,
    from_at          timestamptz NOT NULL,
    done_snapshot    pg_snapshot NOT NULL DEFAULT '3:3:',
    target_snapshot  pg_snapshot,
    seq_done         bigint      NOT NULL DEFAULT 0,
    seq_target       bigint      NOT NULL DEFAULT 0,
    CONSTRAINT backfills_pkey PRIMARY KEY (subscription_id),
    CONSTRAINT backfills_subscription_id_fkey FOREIGN KEY (subscription_id)
        REFERENCES c360.subscriptions (subscription_id) ON DELETE CASCADE
);
COMMENT ON TABLE c360.backfills IS 'Subscriptions that asked for older messages and have not caught up with the fan-out yet. Until then the fan-out leaves them alone.';
COMMENT ON COLUMN c360.backfills.from_at IS 'Messages from here on are wanted.';
COMMENT ON COLUMN c360.backfills.done_snapshot IS 'Messages visible here have their deliveries; 3:3: sees none.';
COMMENT ON COLUMN c360.backfills.target_snapshot IS 'What the running pass works towards, in slices; NULL between passes.';
COMMENT ON COLUMN c360.backfills.seq_done IS 'Slices of the running pass up to here are done.';
COMMENT ON COLUMN c360.backfills.seq_target IS 'Last message of the running pass.';

-- Its parameters change; what replaces it follows with the functions.
DROP FUNCTION IF EXISTS c360._backfill_deliveries(uuid, timestamptz);

ALTER TABLE c360.bells
    ADD COLUMN channel text NOT NULL DEFAULT 'c360_' || replace(gen_random_uuid()::text, '-', '');
COMMENT ON COLUMN c360.bells.channel IS 'What producers NOTIFY and the daemon listens on. Random, because every login may NOTIFY what it can name.';
