-- Why: topics can be read in SQL under a name. For topics that somebody reads, the fan-out notes which messages they hold, in the
-- order in which they were committed, and every consumer remembers one number.
-- Lock: creates new tables; ACCESS EXCLUSIVE on c360.topics, which has five rows; milliseconds.

ALTER TABLE c360.topics
    ADD COLUMN is_always_written boolean NOT NULL DEFAULT true,
    ADD COLUMN kept_for_consumers interval NOT NULL DEFAULT '7 days',
    ADD CONSTRAINT topics_kept_for_consumers_check CHECK (kept_for_consumers >= interval '0');
UPDATE c360.topics AS topic
SET is_always_written = false
WHERE topic.topic IN ('c360-behavioral-events', 'c360-id-resolution');
COMMENT ON COLUMN c360.topics.is_always_written IS 'false: written only for tenants where a webhook or a consumer wants it; who comes later finds nothing of before. Erasures, metadata and alerts are written always.';
COMMENT ON COLUMN c360.topics.kept_for_consumers IS 'How much longer than that messages stay that a consumer has not committed. Then it loses them and is told how many.';

COMMENT ON TABLE c360.topics IS 'The five topics; every message belongs to one. Read one in SQL with tenant_<name>.read_topic(). LISTEN "<topic>" hears {tenant, count, last_seq}, a hint, when a relay has brought messages into it.';
COMMENT ON COLUMN c360.topics.topic IS 'Also the channel of NOTIFY, one for all tenants: LISTEN "c360-updated-profiles" (with quotes).';

CREATE SEQUENCE c360.topic_positions AS bigint;
COMMENT ON SEQUENCE c360.topic_positions IS 'Positions of messages in topics, over all tenants; given out by the fan-out alone, so in commit order.';

CREATE TABLE c360.topic_feeds (
    feed_id         bigint      GENERATED ALWAYS AS IDENTITY,
    tenant          text        NOT NULL,
    topic           text        NOT NULL,
    taken_snapshot  pg_snapshot,
    history_done    bigint      NOT NULL DEFAULT 0,
    history_target  bigint,
    is_complete     boolean     NOT NULL DEFAULT false,
    dropped_at      timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT topic_feeds_pkey PRIMARY KEY (feed_id),
    CONSTRAINT topic_feeds_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT topic_feeds_topic_fkey FOREIGN KEY (topic) REFERENCES c360.topics (topic),
    CONSTRAINT topic_feeds_history_target_check CHECK ((taken_snapshot IS NULL) = (history_target IS NULL)),
    CONSTRAINT topic_feeds_is_complete_check CHECK (NOT is_complete OR taken_snapshot IS NOT NULL)
);
CREATE UNIQUE INDEX topic_feeds_tenant_topic_idx ON c360.topic_feeds (tenant, topic) WHERE dropped_at IS NULL;
CREATE INDEX topic_feeds_topic_idx ON c360.topic_feeds (topic);
COMMENT ON TABLE c360.topic_feeds IS 'Topics of tenants that somebody reads in SQL. A topic that nobody reads has none and costs nothing.';
COMMENT ON COLUMN c360.topic_feeds.taken_snapshot IS 'What was fanned out when the feed began: its history. NULL until the fan-out has taken it.';
COMMENT ON COLUMN c360.topic_feeds.history_done IS 'The history up to this message is in the feed.';
COMMENT ON COLUMN c360.topic_feeds.history_target IS 'Last message that may belong to the history; what came after has a higher position.';
COMMENT ON COLUMN c360.topic_feeds.is_complete IS 'The whole history is in the feed; before that nobody reads.';
COMMENT ON COLUMN c360.topic_feeds.dropped_at IS 'When its last consumer was dropped; maintenance removes it with its rows.';

CREATE TABLE c360.feed_messages (
    feed_id      bigint      NOT NULL,
    position     bigint      NOT NULL,
    message_seq  bigint      NOT NULL,
    message_at   timestamptz NOT NULL,
    CONSTRAINT feed_messages_pkey PRIMARY KEY (feed_id, position)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);
CREATE INDEX feed_messages_message_at_idx ON c360.feed_messages USING brin (message_at) WITH (pages_per_range = 16, autosummarize = on);
COMMENT ON TABLE c360.feed_messages IS 'Which messages a feed holds, in order. A message stays in the log while a row points to it. No foreign key, on purpose: it would lock the feed for every row.';
COMMENT ON COLUMN c360.feed_messages.position IS 'Grows with commits. The history of before the feed has the sequence numbers of its messages.';
COMMENT ON COLUMN c360.feed_messages.message_at IS 'created_at of the message: finds its partition.';

CREATE TABLE c360.topic_consumers (
    tenant          text        NOT NULL,
    topic           text        NOT NULL,
    consumer        text        NOT NULL,
    feed_id         bigint      NOT NULL,
    start_snapshot  pg_snapshot,
    start_at        timestamptz,
    done_position   bigint,
    committed_at    timestamptz,
    lost_count      bigint      NOT NULL DEFAULT 0,
    lost_at         timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    created_by      text        NOT NULL DEFAULT session_user,
    CONSTRAINT topic_consumers_pkey PRIMARY KEY (tenant, topic, consumer),
    CONSTRAINT topic_consumers_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT topic_consumers_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES c360.topic_feeds (feed_id) ON DELETE CASCADE,
    CONSTRAINT topic_consumers_consumer_check CHECK (consumer ~ '^[a-z0-9][a-z0-9_.-]{0,62}$'),
    CONSTRAINT topic_consumers_lost_count_check CHECK ((lost_count > 0) = (lost_at IS NOT NULL))
) WITH (fillfactor = 50);
CREATE INDEX topic_consumers_feed_id_idx ON c360.topic_consumers (feed_id);
COMMENT ON TABLE c360.topic_consumers IS 'Who reads which topic of a tenant in SQL, and how far it came.';
COMMENT ON COLUMN c360.topic_consumers.start_snapshot IS 'Messages committed before are not for it; NULL when it asked for older ones.';
COMMENT ON COLUMN c360.topic_consumers.start_at IS 'Begins with the messages of this time, when the feed is ready.';
COMMENT ON COLUMN c360.topic_consumers.done_position IS 'Everything up to here is committed. NULL until the feed is ready.';
COMMENT ON COLUMN c360.topic_consumers.lost_count IS 'Messages that were removed before it had committed them, because it stayed away longer than they are kept.';
