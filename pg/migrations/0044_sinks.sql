-- Why: topics are sent to other systems (Kafka, Firehose, SNS) by processes that share the work and go on where others ended.
-- Lock: creates new tables; milliseconds.

CREATE TABLE c360.sinks (
    sink_id        bigint      GENERATED ALWAYS AS IDENTITY,
    tenant         text        NOT NULL,
    topic          text        NOT NULL,
    sink           text        NOT NULL,
    owner          text,
    token          bigint      NOT NULL DEFAULT 0,
    lease_until    timestamptz NOT NULL DEFAULT '-infinity',
    sent_position  bigint      NOT NULL DEFAULT 0,
    sent_count     bigint      NOT NULL DEFAULT 0,
    sent_at        timestamptz,
    place          jsonb       NOT NULL DEFAULT '{}',
    problem        text,
    problem_since  timestamptz,
    lost_what      text,
    lost_at        timestamptz,
    enabled_at     timestamptz NOT NULL DEFAULT now(),
    enabled_by     text        NOT NULL DEFAULT session_user,
    CONSTRAINT sinks_pkey PRIMARY KEY (sink_id),
    CONSTRAINT sinks_tenant_topic_sink_key UNIQUE (tenant, topic, sink),
    CONSTRAINT sinks_tenant_topic_sink_fkey FOREIGN KEY (tenant, topic, sink)
        REFERENCES c360.topic_consumers (tenant, topic, consumer) ON DELETE CASCADE,
    CONSTRAINT sinks_problem_check CHECK ((problem IS NULL) = (problem_since IS NULL)),
    CONSTRAINT sinks_lost_check CHECK ((lost_what IS NULL) = (lost_at IS NULL))
) WITH (fillfactor = 50);
COMMENT ON TABLE c360.sinks IS 'Topics of tenants that are sent to another system. How far each came says its consumer, which has the name of the sink.';
COMMENT ON COLUMN c360.sinks.sink IS 'kafka, firehose or sns; also the name of the consumer.';
COMMENT ON COLUMN c360.sinks.token IS 'Grows with each lease: what a process says that was away too long is refused by its outdated one.';
COMMENT ON COLUMN c360.sinks.sent_position IS 'The last position that was sent; a consumer behind it was replayed.';
COMMENT ON COLUMN c360.sinks.place IS 'What the sender wants to know of the other side when it begins again: for Kafka the topic and the last offset of each partition.';
COMMENT ON COLUMN c360.sinks.problem IS 'Why nothing is sent at present.';
COMMENT ON COLUMN c360.sinks.lost_what IS 'What the other side has lost of what it had acknowledged, until messages are replayed.';

CREATE TABLE c360.sink_refusals (
    sink_id      bigint      NOT NULL,
    position     bigint      NOT NULL,
    message_seq  bigint      NOT NULL,
    message_at   timestamptz NOT NULL,
    reason       text        NOT NULL,
    refused_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    is_due       boolean     NOT NULL DEFAULT false,
    CONSTRAINT sink_refusals_pkey PRIMARY KEY (sink_id, position),
    CONSTRAINT sink_refusals_sink_id_fkey FOREIGN KEY (sink_id) REFERENCES c360.sinks (sink_id) ON DELETE CASCADE
);
COMMENT ON TABLE c360.sink_refusals IS 'Messages that the other side of a sink can never take as it is set up, such as too large ones: passed over, and sent again when somebody says so.';
COMMENT ON COLUMN c360.sink_refusals.message_at IS 'created_at of the message: finds its partition. The message may be gone from the log by now.';
COMMENT ON COLUMN c360.sink_refusals.is_due IS 'To be tried again, out of order.';
