-- Why: open rejected events are counted and chosen by reason, source and event, all of them by message id, and settled ones are
-- removed some time after they were settled.
-- Lock: writing to cdp_rejected_events waits while the indexes are built, about ten seconds for a million rows.

CREATE INDEX cdp_rejected_events_open_code_source_idx ON tenant_select_2.cdp_rejected_events (code, source, rejected_event_id)
    INCLUDE (received_at) WHERE status = 'rejected';
CREATE INDEX cdp_rejected_events_open_event_name_idx ON tenant_select_2.cdp_rejected_events (c360._sent_event_name(payload), rejected_event_id)
    WHERE status = 'rejected';
CREATE INDEX cdp_rejected_events_message_id_idx ON tenant_select_2.cdp_rejected_events (message_id);
CREATE INDEX cdp_rejected_events_settled_at_idx ON tenant_select_2.cdp_rejected_events (settled_at) WHERE status <> 'rejected';
