-- Events, events by name and active days of a golden record in the windows of 7, 30 and 90 days that end with the day of a time. Trusts
-- the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._windows_of(p_tenant text, p_master_profile_id uuid, p_as_of timestamptz)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
AS $$
    SELECT jsonb_object_agg(figure.name, figure.value)
    FROM (
        SELECT
            span.days,
            counted.event_count,
            counted.active_days,
            counted.event_counts
        FROM c360.tenants AS tenant
        CROSS JOIN (VALUES (7), (30), (90)) AS span (days)
        CROSS JOIN LATERAL (SELECT (p_as_of AT TIME ZONE tenant.time_zone)::date AS day) AS last
        CROSS JOIN LATERAL c360._counts_by_name(p_master_profile_id, last.day - span.days, last.day) AS counted
        WHERE tenant.tenant = p_tenant
    ) AS windowed
    CROSS JOIN LATERAL (
        VALUES
            ('events_' || windowed.days || 'd', to_jsonb(windowed.event_count)),
            ('event_counts_' || windowed.days || 'd', windowed.event_counts),
            ('active_days_' || windowed.days || 'd', to_jsonb(windowed.active_days))
    ) AS figure (name, value);
$$;

COMMENT ON FUNCTION c360._windows_of(text, uuid, timestamptz) IS
    'Events and active days of a golden record in the windows of the metrics.';
