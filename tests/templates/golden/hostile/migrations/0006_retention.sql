-- Why: rejected events and replaced versions are found by time, and the last page and channel of a person outlive the events.
-- Lock: writing to cdp_profile_history and cdp_rejected_events waits while their indexes are built, about a second for a
-- million rows of each that have to go into the index.

CREATE INDEX cdp_rejected_events_received_at_idx ON tenant_select_2.cdp_rejected_events (received_at);

-- Without first versions: they replace nothing, and a load of new customers writes nothing else.
CREATE INDEX cdp_profile_history_replacing_idx ON tenant_select_2.cdp_profile_history (valid_from, master_profile_id, version)
    WHERE version > 1;

CREATE TABLE tenant_select_2.cdp_past_touchpoints (
    raw_profile_id    bigint      NOT NULL,
    url               text,
    url_at            timestamptz,
    url_event_id      bigint,
    channel           text,
    channel_at        timestamptz,
    channel_event_id  bigint,
    CONSTRAINT cdp_past_touchpoints_pkey PRIMARY KEY (raw_profile_id),
    CONSTRAINT cdp_past_touchpoints_raw_profile_id_fkey FOREIGN KEY (raw_profile_id)
        REFERENCES tenant_select_2.cdp_raw_profiles (raw_profile_id) ON DELETE CASCADE,
    CONSTRAINT cdp_past_touchpoints_url_check CHECK (num_nulls(url, url_at, url_event_id) IN (0, 3)),
    CONSTRAINT cdp_past_touchpoints_channel_check CHECK (num_nulls(channel, channel_at, channel_event_id) IN (0, 3)),
    CONSTRAINT cdp_past_touchpoints_present_check CHECK (url IS NOT NULL OR channel IS NOT NULL)
);
COMMENT ON TABLE tenant_select_2.cdp_past_touchpoints IS 'Last page and channel of observations whose events were removed by retention, so that golden records go on showing them. Empty while events are kept for ever.';
COMMENT ON COLUMN tenant_select_2.cdp_past_touchpoints.url_at IS 'When the event happened that said so; a later event that is still kept counts more.';
