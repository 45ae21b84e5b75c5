CREATE OR REPLACE VIEW tenant_select_2.cdp_event_properties AS
SELECT
    event.event_id,
    link.master_profile_id,
    event.occurred_at,
    event.event_name,
    (
        SELECT jsonb_object_agg(sent.key, sent.value)
        FROM jsonb_each(CASE jsonb_typeof(event.payload -> 'properties') WHEN 'object' THEN event.payload -> 'properties' END) AS sent
        WHERE sent.key = ANY (ARRAY['order_id', 'revenue', 'total', 'currency']::text[]::text[])
    ) AS properties
FROM tenant_select_2.cdp_behavioral_events AS event
JOIN tenant_select_2.cdp_profile_links AS link ON link.raw_profile_id = event.raw_profile_id;

COMMENT ON VIEW tenant_select_2.cdp_event_properties IS
    'Properties of the events of each golden record: those the tenant shows to its readers (shown_properties), as they were sent.';
