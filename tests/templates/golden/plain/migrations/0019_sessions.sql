-- Why: a visit is what people ask for first, and clients without sessions have visits too. Derived tables of the worker, so without
-- foreign keys; what is kept of events before is worked out by the worker, a step at a time. Lock: new tables only; milliseconds.

CREATE TABLE tenant_plain.cdp_visitors (
    visitor_id   bigint   GENERATED ALWAYS AS IDENTITY,
    source       text     NOT NULL,
    visitor_key  text     NOT NULL,
    event_count  bigint   NOT NULL DEFAULT 0,
    idle         interval,
    CONSTRAINT cdp_visitors_pkey PRIMARY KEY (visitor_id),
    CONSTRAINT cdp_visitors_source_visitor_key_key UNIQUE (source, visitor_key)
) WITH (fillfactor = 80);
COMMENT ON TABLE tenant_plain.cdp_visitors IS 'Who made visits: an anonymousId of a source, or a userId where none is sent. Derived, so without foreign keys.';
COMMENT ON COLUMN tenant_plain.cdp_visitors.visitor_key IS 'anonymous_id: or user_id:, and the value as sent.';
COMMENT ON COLUMN tenant_plain.cdp_visitors.event_count IS 'Events that cdp_activity counted when the visits were worked out: more now, and some are new.';
COMMENT ON COLUMN tenant_plain.cdp_visitors.idle IS 'The pause that ended a visit then; NULL when all visits are to be worked out anew.';

CREATE TABLE tenant_plain.cdp_visitor_profiles (
    raw_profile_id  bigint NOT NULL,
    visitor_id      bigint NOT NULL,
    CONSTRAINT cdp_visitor_profiles_pkey PRIMARY KEY (raw_profile_id)
);
CREATE INDEX cdp_visitor_profiles_visitor_id_idx ON tenant_plain.cdp_visitor_profiles (visitor_id);
COMMENT ON TABLE tenant_plain.cdp_visitor_profiles IS 'The visitor whose observation a raw profile is: it follows from the raw profile alone and never changes.';

CREATE TABLE tenant_plain.cdp_visits (
    entry_event_id    bigint      NOT NULL,
    visitor_id        bigint      NOT NULL,
    raw_profile_id    bigint      NOT NULL,
    session_id        text        NOT NULL,
    is_stated         boolean     NOT NULL,
    started_at        timestamptz NOT NULL,
    ended_at          timestamptz NOT NULL,
    last_received_at  timestamptz NOT NULL,
    event_count       bigint      NOT NULL,
    page_count        bigint      NOT NULL,
    entry_url         text,
    entry_path        text,
    exit_url          text,
    exit_path         text,
    referrer          text,
    referrer_host     text,
    campaign_source   text,
    campaign_medium   text,
    campaign_name     text,
    campaign_term     text,
    campaign_content  text,
    campaign_id       text,
    click_id_name     text,
    click_id          text,
    device_type       text,
    os_name           text,
    browser           text,
    is_bot            boolean,
    CONSTRAINT cdp_visits_pkey PRIMARY KEY (entry_event_id),
    CONSTRAINT cdp_visits_ended_at_check CHECK (ended_at >= started_at),
    CONSTRAINT cdp_visits_event_count_check CHECK (event_count >= greatest(page_count, 1))
);
CREATE INDEX cdp_visits_visitor_id_started_at_idx ON tenant_plain.cdp_visits (visitor_id, started_at);
CREATE INDEX cdp_visits_raw_profile_id_idx ON tenant_plain.cdp_visits (raw_profile_id);
CREATE INDEX cdp_visits_started_at_idx ON tenant_plain.cdp_visits (started_at);
CREATE INDEX cdp_visits_last_received_at_idx ON tenant_plain.cdp_visits (last_received_at);
COMMENT ON TABLE tenant_plain.cdp_visits IS 'Visits: page, screen and track events of a visitor between two pauses, or of one session of the client. Derived from the events, whatever the order they came in; the view cdp_sessions shows whose they are.';
COMMENT ON COLUMN tenant_plain.cdp_visits.raw_profile_id IS 'Observation of its last event: its golden record is the visitor''s, also after merges and splits.';
COMMENT ON COLUMN tenant_plain.cdp_visits.session_id IS 'As the client said, otherwise the message id of its first event.';
COMMENT ON COLUMN tenant_plain.cdp_visits.is_stated IS 'The client said which events belong to it.';
COMMENT ON COLUMN tenant_plain.cdp_visits.last_received_at IS 'When the last of its events was received; it goes with them when retention removes events.';
COMMENT ON COLUMN tenant_plain.cdp_visits.entry_url IS 'First page, origin and path.';

CREATE TABLE tenant_plain.cdp_session_queue (
    queue_id        bigint GENERATED ALWAYS AS IDENTITY,
    raw_profile_id  bigint NOT NULL,
    CONSTRAINT cdp_session_queue_pkey PRIMARY KEY (queue_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
COMMENT ON TABLE tenant_plain.cdp_session_queue IS 'Observations with new events, appended by the resolver when it takes them up, deleted in the transaction that works out their visits.';

CREATE TABLE tenant_plain.cdp_session_states (
    is_only    boolean NOT NULL DEFAULT true,
    idle       interval,
    filled_to  bigint  NOT NULL DEFAULT 0,
    is_filled  boolean NOT NULL DEFAULT false,
    CONSTRAINT cdp_session_states_pkey PRIMARY KEY (is_only),
    CONSTRAINT cdp_session_states_is_only_check CHECK (is_only)
);
COMMENT ON TABLE tenant_plain.cdp_session_states IS 'How far the visits of all observations have been worked out with the pause that ends a visit now; one row.';
