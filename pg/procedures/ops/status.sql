-- One row for each tenant: what tenant_status() says of it. Reads only. For the owner of c360; people of a tenant call the function of
-- their tenant.

CREATE OR REPLACE FUNCTION c360.status()
    RETURNS TABLE (
        tenant                  text,
        tenant_status           text,
        profile_estimate        bigint,
        event_estimate          bigint,
        events_per_second       numeric,
        rejected_count          bigint,
        rejected_last_hour      bigint,
        oldest_rejected_seconds numeric,
        queued_count            bigint,
        oldest_queued_seconds   numeric,
        purchase_warnings       jsonb
    )
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT state.*
    FROM c360.tenants AS known
    CROSS JOIN LATERAL c360.tenant_status(known.tenant) AS state
    WHERE to_regnamespace(quote_ident(known.schema_name)) IS NOT NULL
    ORDER BY known.tenant;
$$;

COMMENT ON FUNCTION c360.status() IS
    'Per tenant: estimated profiles and events, events per second over the last minute (at most 166), open rejects with those of the last hour and the age of the oldest, waiting observations and the age of the oldest in seconds, what the value of purchases leaves out.';
