-- Why: the append-only message log that every producer writes in its own transaction and the relay reads.
-- Lock: creates new tables only; milliseconds on an empty database.

CREATE TABLE c360.topics (
    topic             text        NOT NULL,
    description       text        NOT NULL,
    retention         interval    NOT NULL,
    rings_at_commit   boolean     NOT NULL DEFAULT false,
    CONSTRAINT topics_pkey PRIMARY KEY (topic),
    CONSTRAINT topics_retention_check CHECK (retention >= interval '1 day')
);
COMMENT ON TABLE c360.topics IS 'The five topics; every message belongs to one.';
COMMENT ON COLUMN c360.topics.retention IS 'Messages older than this are dropped with their partition once delivered.';
COMMENT ON COLUMN c360.topics.rings_at_commit IS 'true: NOTIFY inside the producer''s transaction. Costs throughput on the whole server; see docs.';

INSERT INTO c360.topics (topic, description, retention) VALUES
    ('c360-behavioral-events', 'Every recorded event, for tenants where somebody subscribes to it.', interval '7 days'),
    ('c360-id-resolution', 'Observations waiting for identity resolution.', interval '7 days'),
    ('c360-updated-profiles', 'Golden records created, updated, merged, split, erased.', interval '30 days'),
    ('c360-synch-events', 'Changes of governance metadata and tenant schemas.', interval '30 days'),
    ('c360-activation-events', 'Segments entered or left, scores crossed, operator alerts.', interval '30 days');

CREATE TABLE c360.messages (
    seq         bigint      GENERATED ALWAYS AS IDENTITY,
    message_id  uuid        NOT NULL,
    xid         xid8        NOT NULL DEFAULT pg_current_xact_id(),
    tenant      text        NOT NULL,
    topic       text        NOT NULL,
    type        text        NOT NULL,
    key         text        NOT NULL,
    body        text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT messages_pkey PRIMARY KEY (created_at, seq)
) PARTITION BY RANGE (created_at);
CREATE INDEX messages_xid_seq_idx ON c360.messages (xid, seq);
CREATE INDEX messages_seq_idx ON c360.messages (seq);
COMMENT ON TABLE c360.messages IS 'Append-only outbox, one row per message, written in the transaction that it tells about. Never updated.';
COMMENT ON COLUMN c360.messages.message_id IS 'Stable over retries and replays: the webhook-id a receiver deduplicates by.';
COMMENT ON COLUMN c360.messages.xid IS 'Writing transaction; the relay reads by snapshots, so that no late commit is skipped.';
COMMENT ON COLUMN c360.messages.type IS 'Dotted, past tense: profile.merged.';
COMMENT ON COLUMN c360.messages.key IS 'Ordering key, the golden record''s id for profile messages: one key is delivered in commit order.';
COMMENT ON COLUMN c360.messages.body IS 'Exact JSON text sent to receivers: type, timestamp, tenant, data.';

CREATE TABLE c360.messages_default PARTITION OF c360.messages DEFAULT;
COMMENT ON TABLE c360.messages_default IS 'Catches messages when maintenance has not made a partition in time; normally empty.';

CREATE TABLE c360.bells (
    bell        text        NOT NULL,
    is_awaited  boolean     NOT NULL DEFAULT false,
    CONSTRAINT bells_pkey PRIMARY KEY (bell),
    CONSTRAINT bells_bell_check CHECK (bell IN ('relay', 'resolver'))
) WITH (fillfactor = 20);
COMMENT ON TABLE c360.bells IS 'Who sleeps and wants to be woken by NOTIFY. Written by sleepers only, so that producers never wait for it.';
INSERT INTO c360.bells (bell) VALUES ('relay'), ('resolver');
