-- Why: who wants which messages, what is still to be sent to whom, and what became of it.
-- Lock: creates new tables; checks the topics of c360.messages once, milliseconds on a new database.

ALTER TABLE c360.messages
    ADD CONSTRAINT messages_topic_check CHECK (topic IN (
        'c360-behavioral-events', 'c360-id-resolution', 'c360-updated-profiles', 'c360-synch-events', 'c360-activation-events'
    ));

CREATE TABLE c360.ticks (
    tick              text        NOT NULL,
    done_snapshot     pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),
    target_snapshot   pg_snapshot,
    seq_done          bigint      NOT NULL DEFAULT 0,
    seq_target        bigint      NOT NULL DEFAULT 0,
    last_seq          bigint      NOT NULL DEFAULT 0,
    system_id         text,
    ticked_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ticks_pkey PRIMARY KEY (tick)
) WITH (fillfactor = 20);
COMMENT ON TABLE c360.ticks IS 'How far the message log is fanned out into deliveries: everything visible in done_snapshot is.';
COMMENT ON COLUMN c360.ticks.done_snapshot IS 'Messages visible here are fanned out. A snapshot and not a number: transactions do not commit in the order of their ids.';
COMMENT ON COLUMN c360.ticks.target_snapshot IS 'What the running step works towards, in slices; NULL between steps.';
COMMENT ON COLUMN c360.ticks.seq_done IS 'Slices of the running step up to here are done.';
COMMENT ON COLUMN c360.ticks.seq_target IS 'Last message of the running step.';
COMMENT ON COLUMN c360.ticks.last_seq IS 'Highest message ever fanned out; where to go on after the database was moved to another server.';
COMMENT ON COLUMN c360.ticks.system_id IS 'Server the snapshots belong to: transaction ids mean nothing on another one.';
INSERT INTO c360.ticks (tick) VALUES ('fan-out');

CREATE TABLE c360.subscriptions (
    subscription_id   uuid        NOT NULL,
    tenant            text        NOT NULL,
    name              text        NOT NULL,
    kind              text        NOT NULL DEFAULT 'webhook',
    url               text        NOT NULL,
    topics            text[]      NOT NULL DEFAULT '{c360-updated-profiles}',
    types             text[]      NOT NULL DEFAULT '{}',
    is_ordered        boolean     NOT NULL DEFAULT true,
    lane_count        smallint    NOT NULL DEFAULT 8,
    max_in_flight     integer     NOT NULL DEFAULT 32,
    timeout_seconds   double precision   NOT NULL DEFAULT 15,
    retry_schedule    double precision[] NOT NULL
        DEFAULT '{0,5,30,120,600,1800,7200,18000,36000,50400,72000,86400}',
    state             text        NOT NULL DEFAULT 'active',
    disabled_reason   text,
    start_snapshot    pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),
    created_at        timestamptz NOT NULL DEFAULT now(),
    created_by        text        NOT NULL DEFAULT session_user,
    CONSTRAINT subscriptions_pkey PRIMARY KEY (subscription_id),
    CONSTRAINT subscriptions_tenant_name_key UNIQUE (tenant, name),
    CONSTRAINT subscriptions_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT subscriptions_name_check CHECK (name ~ '^[a-z0-9][a-z0-9_.-]{0,62}$'),
    CONSTRAINT subscriptions_kind_check CHECK (kind IN ('webhook')),
    CONSTRAINT subscriptions_url_check CHECK (url ~ '^https?://[^\s/?#@]+([/?#][^\s]*)?$' AND length(url) <= 8192),
    CONSTRAINT subscriptions_topics_check CHECK (cardinality(topics) > 0 AND topics <@ ARRAY[
        'c360-behavioral-events', 'c360-id-resolution', 'c360-updated-profiles', 'c360-synch-events', 'c360-activation-events'
    ]),
    CONSTRAINT subscriptions_types_check CHECK (
        array_to_string(types, ' ', '?') ~ '^([a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?( [a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?)*)?$'
    ),
    CONSTRAINT subscriptions_lane_count_check CHECK (lane_count BETWEEN 1 AND 64),
    CONSTRAINT subscriptions_max_in_flight_check CHECK (max_in_flight BETWEEN lane_count AND 512),
    CONSTRAINT subscriptions_timeout_seconds_check CHECK (timeout_seconds > 0 AND timeout_seconds <= 15),
    CONSTRAINT subscriptions_retry_schedule_check CHECK (
        cardinality(retry_schedule) BETWEEN 1 AND 30
        AND 0 <= ALL (retry_schedule)
        AND 604800 >= ALL (retry_schedule)
    ),
    CONSTRAINT subscriptions_state_check CHECK (state IN ('active', 'paused', 'disabled')),
    CONSTRAINT subscriptions_disabled_reason_check CHECK ((state = 'disabled') = (disabled_reason IS NOT NULL))
);
COMMENT ON TABLE c360.subscriptions IS 'Who receives which messages of a tenant. A subscription sees the messages of its own tenant only.';
COMMENT ON COLUMN c360.subscriptions.types IS 'Message types wanted: profile.merged, or profile.* for all that start so; empty wants every type of the topics.';
COMMENT ON COLUMN c360.subscriptions.is_ordered IS 'One key (golden record) is sent in commit order, one at a time; other keys are not held up.';
COMMENT ON COLUMN c360.subscriptions.lane_count IS 'Lanes are what relays share: at most so many relays work for this subscription at once.';
COMMENT ON COLUMN c360.subscriptions.max_in_flight IS 'Most requests under way at once, over all relays.';
COMMENT ON COLUMN c360.subscriptions.retry_schedule IS 'Seconds before each attempt, the first included; after the last comes the dead letter.';
COMMENT ON COLUMN c360.subscriptions.state IS 'paused: messages are kept for it, nothing is sent. disabled: nothing is kept, what waited is in dead_letters.';
COMMENT ON COLUMN c360.subscriptions.start_snapshot IS 'Messages committed before are not sent.';

CREATE TABLE c360.subscription_secrets (
    subscription_id  uuid        NOT NULL,
    version          integer     NOT NULL,
    key_id           text        NOT NULL,
    nonce            bytea       NOT NULL,
    ciphertext       bytea       NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    not_after        timestamptz,
    CONSTRAINT subscription_secrets_pkey PRIMARY KEY (subscription_id, version),
    CONSTRAINT subscription_secrets_subscription_id_fkey FOREIGN KEY (subscription_id)
        REFERENCES c360.subscriptions (subscription_id) ON DELETE CASCADE,
    CONSTRAINT subscription_secrets_version_check CHECK (version >= 1),
    CONSTRAINT subscription_secrets_nonce_check CHECK (octet_length(nonce) = 12)
);
COMMENT ON TABLE c360.subscription_secrets IS 'Signing secrets, AES-256-GCM by a master key that PostgreSQL never sees.';
COMMENT ON COLUMN c360.subscription_secrets.key_id IS 'Which master key; so that masters can be rotated.';
COMMENT ON COLUMN c360.subscription_secrets.not_after IS 'Until then messages carry a signature with this older secret too.';

CREATE TABLE c360.subscription_states (
    subscription_id   uuid        NOT NULL,
    circuit           text        NOT NULL DEFAULT 'closed',
    circuit_until     timestamptz NOT NULL DEFAULT '-infinity',
    closed_at         timestamptz,
    open_count        integer     NOT NULL DEFAULT 0,
    probe_successes   integer     NOT NULL DEFAULT 0,
    failures_in_row   integer     NOT NULL DEFAULT 0,
    failing_since     timestamptz,
    not_before        timestamptz NOT NULL DEFAULT '-infinity',
    delivered_count   bigint      NOT NULL DEFAULT 0,
    failed_count      bigint      NOT NULL DEFAULT 0,
    last_delivered_at timestamptz,
    last_failed_at    timestamptz,
    last_error        text,
    CONSTRAINT subscription_states_pkey PRIMARY KEY (subscription_id),
    CONSTRAINT subscription_states_subscription_id_fkey FOREIGN KEY (subscription_id)
        REFERENCES c360.subscriptions (subscription_id) ON DELETE CASCADE,
    CONSTRAINT subscription_states_circuit_check CHECK (circuit IN ('closed', 'open', 'half_open'))
) WITH (fillfactor = 20);
COMMENT ON TABLE c360.subscription_states IS 'How an endpoint behaves; written by relays only, apart from the subscription so that its audit stays readable.';
COMMENT ON COLUMN c360.subscription_states.circuit IS 'open: nothing is sent until circuit_until, then one probe at a time; half_open: probes succeed, three close it.';
COMMENT ON COLUMN c360.subscription_states.closed_at IS 'When the circuit closed last: sending speeds up slowly from there.';
COMMENT ON COLUMN c360.subscription_states.not_before IS 'The endpoint asked to be left alone until then (Retry-After).';

CREATE TABLE c360.lanes (
    subscription_id  uuid        NOT NULL,
    lane             smallint    NOT NULL,
    lease_until      timestamptz NOT NULL DEFAULT '-infinity',
    token            bigint      NOT NULL DEFAULT 0,
    owner            text,
    CONSTRAINT lanes_pkey PRIMARY KEY (subscription_id, lane),
    CONSTRAINT lanes_subscription_id_fkey FOREIGN KEY (subscription_id)
        REFERENCES c360.subscriptions (subscription_id) ON DELETE CASCADE
) WITH (fillfactor = 20);
COMMENT ON TABLE c360.lanes IS 'Who sends for which part of a subscription: a lease with an end, never a lock without one.';
COMMENT ON COLUMN c360.lanes.token IS 'Grows with each claim; a relay that was away too long is refused by it.';

CREATE TABLE c360.deliveries (
    subscription_id  uuid        NOT NULL,
    lane             smallint    NOT NULL,
    delivery_id      bigint      GENERATED ALWAYS AS IDENTITY,
    message_seq      bigint      NOT NULL,
    message_at       timestamptz NOT NULL,
    key_hash         integer     NOT NULL,
    attempt          smallint    NOT NULL DEFAULT 0,
    CONSTRAINT deliveries_pkey PRIMARY KEY (subscription_id, lane, delivery_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE c360.deliveries IS 'What is to be sent now: inserted by fan-out, deleted when answered, never updated. No foreign key, on purpose: it would lock its subscription for every row.';
COMMENT ON COLUMN c360.deliveries.delivery_id IS 'Order within a lane; kept when a delivery waits for a retry and comes back.';
COMMENT ON COLUMN c360.deliveries.message_at IS 'created_at of the message: finds its partition.';
COMMENT ON COLUMN c360.deliveries.attempt IS 'Attempts made already.';

CREATE TABLE c360.parked_deliveries (
    subscription_id  uuid        NOT NULL,
    lane             smallint    NOT NULL,
    delivery_id      bigint      NOT NULL,
    message_seq      bigint      NOT NULL,
    message_at       timestamptz NOT NULL,
    key_hash         integer     NOT NULL,
    attempt          smallint    NOT NULL,
    is_behind        boolean     NOT NULL DEFAULT false,
    due_at           timestamptz NOT NULL,
    parked_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_error       text,
    CONSTRAINT parked_deliveries_pkey PRIMARY KEY (subscription_id, lane, delivery_id),
    CONSTRAINT parked_deliveries_subscription_id_fkey FOREIGN KEY (subscription_id)
        REFERENCES c360.subscriptions (subscription_id) ON DELETE CASCADE,
    CONSTRAINT parked_deliveries_due_at_check CHECK (is_behind = (due_at = 'infinity'))
);
CREATE INDEX parked_deliveries_due_at_idx ON c360.parked_deliveries (due_at) WHERE NOT is_behind;
CREATE INDEX parked_deliveries_subscription_id_lane_key_hash_idx
    ON c360.parked_deliveries (subscription_id, lane, key_hash, delivery_id);
COMMENT ON TABLE c360.parked_deliveries IS 'Failed deliveries waiting for their retry, away from the lanes so that nothing walks over them.';
COMMENT ON COLUMN c360.parked_deliveries.is_behind IS 'Did not fail: waits behind a failed delivery of the same key, because the subscription is ordered.';

CREATE TABLE c360.delivery_attempts (
    attempt_id       bigint      GENERATED ALWAYS AS IDENTITY,
    subscription_id  uuid        NOT NULL,
    message_seq      bigint      NOT NULL,
    attempt          smallint    NOT NULL,
    at               timestamptz NOT NULL DEFAULT clock_timestamp(),
    status           integer,
    error            text        NOT NULL,
    duration_ms      integer     NOT NULL,
    answer           text        NOT NULL DEFAULT '',
    CONSTRAINT delivery_attempts_pkey PRIMARY KEY (attempt_id)
);
CREATE INDEX delivery_attempts_subscription_id_at_idx ON c360.delivery_attempts (subscription_id, at);
CREATE INDEX delivery_attempts_at_idx ON c360.delivery_attempts (at);
COMMENT ON TABLE c360.delivery_attempts IS 'Every failed attempt of the last 14 days; successes are counted in subscription_states.';
COMMENT ON COLUMN c360.delivery_attempts.error IS 'Class of the failure: connect, tls, timeout, forbidden, protocol, or status.';
COMMENT ON COLUMN c360.delivery_attempts.answer IS 'First kilobyte of what the endpoint answered.';

CREATE TABLE c360.dead_letters (
    dead_letter_id   bigint      GENERATED ALWAYS AS IDENTITY,
    subscription_id  uuid        NOT NULL,
    message_seq      bigint      NOT NULL,
    message_at       timestamptz NOT NULL,
    message_xid      xid8        NOT NULL,
    message_id       uuid        NOT NULL,
    tenant           text        NOT NULL,
    topic            text        NOT NULL,
    type             text        NOT NULL,
    key              text        NOT NULL,
    body             text        NOT NULL,
    reason           text        NOT NULL,
    attempts         smallint    NOT NULL,
    last_error       text,
    died_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    replayed_at      timestamptz,
    CONSTRAINT dead_letters_pkey PRIMARY KEY (dead_letter_id),
    CONSTRAINT dead_letters_subscription_id_fkey FOREIGN KEY (subscription_id)
        REFERENCES c360.subscriptions (subscription_id) ON DELETE CASCADE,
    CONSTRAINT dead_letters_reason_check CHECK (reason IN ('attempts', 'poison', 'gone', 'disabled'))
);
CREATE INDEX dead_letters_subscription_id_died_at_idx ON c360.dead_letters (subscription_id, died_at);
COMMENT ON TABLE c360.dead_letters IS 'Messages given up for one subscription, whole, so that a replay does not depend on the log still having them.';
COMMENT ON COLUMN c360.dead_letters.reason IS 'attempts: all used up; poison: the endpoint refuses this content; gone: answered 410; disabled: waited when the subscription was disabled.';
