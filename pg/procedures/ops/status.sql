-- One row for each tenant the caller may read: how much there is, how fast it comes, what waits. Reads only.
-- Totals of big tables are the planner's estimates and rates look at the last 10,000 events, so that it costs the same
-- for a small tenant and a big one.

CREATE OR REPLACE FUNCTION c360.status()
    RETURNS TABLE (
        tenant                text,
        tenant_status         text,
        profile_estimate      bigint,
        event_estimate        bigint,
        events_per_second     numeric,
        rejected_count        bigint,
        queued_count          bigint,
        oldest_queued_seconds numeric
    )
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_known  record;
    v_caller text := c360._caller();
BEGIN
    FOR v_known IN
        SELECT
            known.tenant,
            known.status,
            known.schema_name
        FROM c360.tenants AS known
        WHERE c360._has_tenant_right(v_caller, known.tenant, 'read')
          AND to_regnamespace(known.schema_name) IS NOT NULL
        ORDER BY known.tenant
    LOOP
        PERFORM c360._use_tenant(v_known.tenant);

        tenant := v_known.tenant;
        tenant_status := v_known.status;
        profile_estimate := c360._row_estimate(v_known.schema_name, 'cdp_master_profiles');
        event_estimate := c360._row_estimate(v_known.schema_name, 'cdp_behavioral_events');

        SELECT round(count(*) / 60.0, 1)
        INTO events_per_second
        FROM (
            SELECT event.received_at
            FROM cdp_behavioral_events AS event
            ORDER BY event.event_id DESC
            LIMIT 10000
        ) AS latest
        WHERE latest.received_at > clock_timestamp() - interval '1 minute';

        SELECT count(*)
        INTO rejected_count
        FROM cdp_rejected_events AS rejected
        WHERE rejected.status = 'rejected';

        SELECT
            count(*),
            round(extract(epoch FROM clock_timestamp() - min(queued.enqueued_at)), 1)
        INTO
            queued_count,
            oldest_queued_seconds
        FROM cdp_resolution_queue AS queued;

        RETURN NEXT;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360.status() IS
    'Per tenant: estimated profiles and events, events per second over the last minute (at most 166), open rejects, waiting observations and the age of the oldest in seconds.';
