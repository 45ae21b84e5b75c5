-- Why: webhooks are filtered, limited in rate, backlog and age, and changed while they run; what was sent is counted by the minute.
-- Lock: ACCESS EXCLUSIVE on c360.subscriptions (few rows) and c360.dead_letters (its check is not validated again); milliseconds. New tables.

ALTER TABLE c360.subscriptions
    ADD COLUMN rate_per_second double precision,
    ADD COLUMN batch_max       smallint NOT NULL DEFAULT 1,
    ADD COLUMN max_backlog     bigint,
    ADD COLUMN max_age         interval,
    ADD COLUMN condition       text,
    ADD COLUMN segment         text,
    ADD COLUMN paused_reason   text,
    ADD CONSTRAINT subscriptions_rate_per_second_check CHECK (rate_per_second BETWEEN 0.01 AND 10000),
    ADD CONSTRAINT subscriptions_batch_max_check CHECK (batch_max BETWEEN 1 AND 100),
    ADD CONSTRAINT subscriptions_max_backlog_check CHECK (max_backlog BETWEEN 1 AND 100000000),
    ADD CONSTRAINT subscriptions_max_age_check CHECK (max_age BETWEEN interval '1 minute' AND interval '366 days'),
    ADD CONSTRAINT subscriptions_condition_check CHECK (length(condition) BETWEEN 1 AND 4000),
    ADD CONSTRAINT subscriptions_segment_check CHECK (segment ~ '^[a-z][a-z0-9_]{0,40}$'),
    ADD CONSTRAINT subscriptions_paused_reason_check CHECK (paused_reason IS NULL OR state = 'paused');
COMMENT ON COLUMN c360.subscriptions.rate_per_second IS 'Most requests a second, over all relays; NULL for no limit.';
COMMENT ON COLUMN c360.subscriptions.batch_max IS 'Most messages in one request; 1 sends each alone.';
COMMENT ON COLUMN c360.subscriptions.max_backlog IS 'With so many messages waiting, later ones stay in the log until there is room; NULL for no limit.';
COMMENT ON COLUMN c360.subscriptions.max_age IS 'A message older than this is a dead letter and not sent; NULL for no limit.';
COMMENT ON COLUMN c360.subscriptions.condition IS 'Which messages are wanted, judged when they are sent: over message_type, message_data and the golden record.';
COMMENT ON COLUMN c360.subscriptions.segment IS 'Only messages about who is in this segment when they are sent.';
COMMENT ON COLUMN c360.subscriptions.paused_reason IS 'Why c360 itself paused it; NULL when a person did.';

CREATE TABLE c360.subscription_filters (
    subscription_id  uuid        NOT NULL,
    condition        text        NOT NULL,
    problem          text,
    compiled_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT subscription_filters_pkey PRIMARY KEY (subscription_id),
    CONSTRAINT subscription_filters_subscription_id_fkey FOREIGN KEY (subscription_id)
        REFERENCES c360.subscriptions (subscription_id) ON DELETE CASCADE
);
COMMENT ON TABLE c360.subscription_filters IS 'Conditions of webhooks as they were compiled into functions of the tenant''s schema.';
COMMENT ON COLUMN c360.subscription_filters.condition IS 'What was compiled: where the webhook says something else by now, nothing is sent until the next sync.';
COMMENT ON COLUMN c360.subscription_filters.problem IS 'Why it cannot be evaluated; nothing is sent then.';

CREATE TABLE c360.delivery_minutes (
    subscription_id  uuid        NOT NULL,
    minute           timestamptz NOT NULL,
    lane             smallint    NOT NULL,
    delivered        integer     NOT NULL,
    durations        integer[]   NOT NULL,
    CONSTRAINT delivery_minutes_pkey PRIMARY KEY (subscription_id, minute, lane)
) WITH (fillfactor = 50);
CREATE INDEX delivery_minutes_minute_idx ON c360.delivery_minutes (minute);
COMMENT ON TABLE c360.delivery_minutes IS 'How many messages a webhook took in a minute, for 30 days; each failure stands in delivery_attempts. No foreign key: it would lock the subscription for every row.';
COMMENT ON COLUMN c360.delivery_minutes.lane IS 'One of the lanes the relay held, so that relays do not wait for each other.';
COMMENT ON COLUMN c360.delivery_minutes.durations IS 'Of them by duration: below 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000 and 10000 ms, and longer.';

ALTER TABLE c360.dead_letters
    DROP CONSTRAINT dead_letters_reason_check,
    ADD CONSTRAINT dead_letters_reason_check CHECK (reason IN ('attempts', 'poison', 'gone', 'disabled', 'max_age')) NOT VALID;
COMMENT ON COLUMN c360.dead_letters.reason IS 'attempts: all used up; poison: the endpoint refuses this content; gone: answered 410; disabled: waited when the subscription was disabled; max_age: waited longer than the webhook wants.';

ALTER TABLE c360.backfills
    ADD COLUMN is_held boolean NOT NULL DEFAULT false;
COMMENT ON TABLE c360.backfills IS 'Subscriptions that asked for older messages, or had more waiting than they may, and have not caught up with the fan-out yet. Until then the fan-out leaves them alone.';
COMMENT ON COLUMN c360.backfills.is_held IS 'Waits until fewer messages wait for the subscription: its max_backlog was reached.';

CREATE TABLE c360.upkeep (
    task     text        NOT NULL,
    next_at  timestamptz NOT NULL DEFAULT '-infinity',
    CONSTRAINT upkeep_pkey PRIMARY KEY (task),
    CONSTRAINT upkeep_task_check CHECK (task IN ('backlogs'))
) WITH (fillfactor = 20);
COMMENT ON TABLE c360.upkeep IS 'What every relay would do again and again and one does for all: when it is due next.';
COMMENT ON COLUMN c360.upkeep.task IS 'backlogs: looks at how much waits for webhooks that have a max_backlog.';
INSERT INTO c360.upkeep (task) VALUES ('backlogs');

CREATE TYPE c360.outgoing_message AS (
    seq    bigint,
    topic  text,
    type   text,
    key    text,
    body   text
);
COMMENT ON TYPE c360.outgoing_message IS 'A message that is about to be sent, as the condition of a webhook is asked about it.';
COMMENT ON COLUMN c360.outgoing_message.seq IS 'Of c360.messages; the answer is given by it.';
COMMENT ON COLUMN c360.outgoing_message.body IS 'The exact text.';

CREATE TYPE c360.judged_message AS (
    seq         bigint,
    topic       text,
    type        text,
    key         text,
    data        jsonb,
    profile_id  uuid
);
COMMENT ON TYPE c360.judged_message IS 'A message taken apart, as the compiled condition of a webhook reads it.';
COMMENT ON COLUMN c360.judged_message.data IS 'What the message says: data of its body.';
COMMENT ON COLUMN c360.judged_message.profile_id IS 'Golden record it is about; NULL when it is about none.';

DROP FUNCTION IF EXISTS c360._numbers(jsonb);
