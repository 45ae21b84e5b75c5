CREATE OR REPLACE VIEW tenant_full.cdp_profile_events AS
SELECT
    event.event_id,
    link.master_profile_id,
    event.occurred_at,
    event.received_at,
    event.type,
    event.event_name,
    event.source,
    event.message_id,
    event.clock_status,
    c360.event_session_id(event.payload) AS session_id,
    (seen.page).url AS page_url,
    (seen.page).host AS page_host,
    (seen.page).path AS page_path,
    (seen.page).title AS page_title,
    (seen.page).referrer AS referrer,
    (seen.page).referrer_host AS referrer_host,
    (led.campaign).source AS campaign_source,
    (led.campaign).medium AS campaign_medium,
    (led.campaign).name AS campaign_name,
    (led.campaign).term AS campaign_term,
    (led.campaign).content AS campaign_content,
    (led.campaign).id AS campaign_id,
    (led.campaign).click_id_name AS click_id_name,
    (led.campaign).click_id AS click_id,
    coalesce((used.device).type, (sent_by.agent).device_type) AS device_type,
    (used.device).manufacturer AS device_manufacturer,
    (used.device).model AS device_model,
    coalesce((used.device).os_name, (sent_by.agent).os) AS os_name,
    CASE WHEN (used.device).os_name IS NULL THEN (sent_by.agent).os_version ELSE (used.device).os_version END AS os_version,
    (used.device).app_name AS app_name,
    (used.device).app_version AS app_version,
    (used.device).library_name AS library_name,
    (used.device).library_version AS library_version,
    (used.device).locale AS locale,
    (used.device).timezone AS timezone,
    (sent_by.agent).browser AS browser,
    (sent_by.agent).browser_version AS browser_version,
    (sent_by.agent).is_bot AS is_bot
FROM tenant_full.cdp_behavioral_events AS event
JOIN tenant_full.cdp_profile_links AS link ON link.raw_profile_id = event.raw_profile_id
-- OFFSET 0: read once for all their columns, and not at all where none of these is asked for.
CROSS JOIN LATERAL (SELECT c360.event_page(event.payload) AS page OFFSET 0) AS seen
CROSS JOIN LATERAL (SELECT c360.event_campaign(event.payload) AS campaign OFFSET 0) AS led
CROSS JOIN LATERAL (SELECT c360.event_device(event.payload) AS device OFFSET 0) AS used
CROSS JOIN LATERAL (SELECT c360.user_agent(event.payload #>> '{context,userAgent}') AS agent OFFSET 0) AS sent_by;

COMMENT ON VIEW tenant_full.cdp_profile_events IS
    'Events of each golden record with page, campaign and device; those nobody is found for yet are left out. What else was sent is in cdp_event_context, for administrators.';
COMMENT ON COLUMN tenant_full.cdp_profile_events.event_name IS 'Name of a track event, otherwise the type.';
COMMENT ON COLUMN tenant_full.cdp_profile_events.occurred_at IS 'Best estimate of when it happened.';
COMMENT ON COLUMN tenant_full.cdp_profile_events.session_id IS 'The session the client said; those worked out by the database are in cdp_sessions.';
COMMENT ON COLUMN tenant_full.cdp_profile_events.page_url IS 'Origin and path; without query, fragment, credentials and mail addresses.';
COMMENT ON COLUMN tenant_full.cdp_profile_events.referrer IS 'Origin and path of the page that led here.';
COMMENT ON COLUMN tenant_full.cdp_profile_events.campaign_source IS 'context.campaign as sent, otherwise utm_source of the page; the other campaign columns alike.';
COMMENT ON COLUMN tenant_full.cdp_profile_events.campaign_name IS 'utm_campaign.';
COMMENT ON COLUMN tenant_full.cdp_profile_events.device_type IS 'As the client said, otherwise read from its user agent, as the operating system is.';
COMMENT ON COLUMN tenant_full.cdp_profile_events.is_bot IS 'The user agent is that of a program.';
COMMENT ON COLUMN tenant_full.cdp_profile_events.click_id_name IS 'The parameter that an advertising network marked the click with, such as gclid or fbclid.';
