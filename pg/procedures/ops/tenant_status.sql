-- How much there is in a tenant, how fast it comes, what waits. Reads only.
-- Totals of big tables are the planner's estimates and rates look at the last 10,000 events, so that it costs the same
-- for a small tenant and a big one. What the value of purchases leaves out is as of the last refresh of the scores; NULL: nothing.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.tenant_status(
    p_tenant                    text,
    OUT tenant                  text,
    OUT tenant_status           text,
    OUT profile_estimate        bigint,
    OUT event_estimate          bigint,
    OUT events_per_second       numeric,
    OUT rejected_count          bigint,
    OUT rejected_last_hour      bigint,
    OUT oldest_rejected_seconds numeric,
    OUT queued_count            bigint,
    OUT oldest_queued_seconds   numeric,
    OUT purchase_warnings       jsonb
)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    SELECT
        known.tenant,
        known.status,
        c360._row_estimate(known.schema_name, 'cdp_master_profiles'),
        c360._row_estimate(known.schema_name, 'cdp_behavioral_events')
    INTO
        tenant,
        tenant_status,
        profile_estimate,
        event_estimate
    FROM c360.tenants AS known
    WHERE known.tenant = p_tenant;

    SELECT round(count(*) / 60.0, 1)
    INTO events_per_second
    FROM (
        SELECT event.received_at
        FROM cdp_behavioral_events AS event
        ORDER BY event.event_id DESC
        LIMIT 10000
    ) AS latest
    WHERE latest.received_at > clock_timestamp() - interval '1 minute';

    SELECT
        count(*),
        count(*) FILTER (WHERE rejected.received_at > clock_timestamp() - interval '1 hour'),
        round(extract(epoch FROM clock_timestamp() - min(rejected.received_at)), 1)
    INTO
        rejected_count,
        rejected_last_hour,
        oldest_rejected_seconds
    FROM cdp_rejected_events AS rejected
    WHERE rejected.status = 'rejected';

    SELECT
        count(*),
        round(extract(epoch FROM clock_timestamp() - min(queued.enqueued_at)), 1)
    INTO
        queued_count,
        oldest_queued_seconds
    FROM cdp_resolution_queue AS queued;

    SELECT jsonb_object_agg(counted.name, counted.count ORDER BY counted.name)
    INTO purchase_warnings
    FROM c360.score_models AS model
    CROSS JOIN LATERAL jsonb_each(model.warnings) AS counted (name, count)
    WHERE model.tenant = p_tenant
      AND model.model = 'rfm'
      AND counted.count <> '0';
END;
$$;

COMMENT ON FUNCTION c360.tenant_status(text) IS
    'Estimated profiles and events, events per second over the last minute (at most 166), open rejects with those of the last hour and the age of the oldest, waiting observations and the age of the oldest in seconds, what the value of purchases leaves out.';
