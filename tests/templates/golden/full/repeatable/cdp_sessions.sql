CREATE OR REPLACE VIEW tenant_full.cdp_sessions AS
SELECT
    visit.entry_event_id,
    link.master_profile_id,
    visit.visitor_id,
    visit.session_id,
    visit.is_stated,
    visitor.source,
    visit.started_at,
    visit.ended_at,
    extract(epoch FROM visit.ended_at - visit.started_at)::double precision AS duration_seconds,
    visit.event_count,
    visit.page_count,
    visit.entry_url,
    visit.entry_path,
    visit.exit_url,
    visit.exit_path,
    visit.referrer,
    visit.referrer_host,
    visit.campaign_source,
    visit.campaign_medium,
    visit.campaign_name,
    visit.campaign_term,
    visit.campaign_content,
    visit.campaign_id,
    visit.click_id_name,
    visit.click_id,
    visit.device_type,
    visit.os_name,
    visit.browser,
    visit.is_bot
FROM tenant_full.cdp_visits AS visit
JOIN tenant_full.cdp_visitors AS visitor ON visitor.visitor_id = visit.visitor_id
LEFT JOIN tenant_full.cdp_profile_links AS link ON link.raw_profile_id = visit.raw_profile_id;

COMMENT ON VIEW tenant_full.cdp_sessions IS
    'Visits: sessions that clients stated, and for those that state none the events between two pauses. Whose they are follows merges and splits.';
COMMENT ON COLUMN tenant_full.cdp_sessions.session_id IS 'As the client said, otherwise the message id of its first event.';
COMMENT ON COLUMN tenant_full.cdp_sessions.is_stated IS 'The client said which events belong to it; otherwise pauses decided.';
COMMENT ON COLUMN tenant_full.cdp_sessions.visitor_id IS 'One browser, app or user of a source.';
COMMENT ON COLUMN tenant_full.cdp_sessions.entry_url IS 'First page, origin and path; referrer, campaign and device are those of that event.';
COMMENT ON COLUMN tenant_full.cdp_sessions.event_count IS 'Page, screen and track events.';
