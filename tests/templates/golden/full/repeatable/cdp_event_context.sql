CREATE OR REPLACE VIEW tenant_full.cdp_event_context AS
SELECT
    event.event_id,
    link.master_profile_id,
    event.occurred_at,
    event.type,
    event.event_name,
    event.source,
    coalesce(event.payload #> '{context,page,url}', CASE event.type WHEN 'page' THEN event.payload #> '{properties,url}' END) #>> '{}' AS page_url,
    coalesce(event.payload #> '{context,page,search}', CASE event.type WHEN 'page' THEN event.payload #> '{properties,search}' END) #>> '{}' AS page_search,
    coalesce(event.payload #> '{context,page,referrer}', CASE event.type WHEN 'page' THEN event.payload #> '{properties,referrer}' END) #>> '{}' AS referrer,
    event.payload #>> '{context,ip}' AS ip,
    event.payload #>> '{context,userAgent}' AS user_agent
FROM tenant_full.cdp_behavioral_events AS event
LEFT JOIN tenant_full.cdp_profile_links AS link ON link.raw_profile_id = event.raw_profile_id;

COMMENT ON VIEW tenant_full.cdp_event_context IS
    'What was sent beside the events: whole addresses of pages, IP address, user agent. For administrators.';
COMMENT ON COLUMN tenant_full.cdp_event_context.ip IS 'As the tenant keeps it: whole, shortened or not at all.';
