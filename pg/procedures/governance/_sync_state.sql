-- How far the schema of a tenant follows its metadata, as one document: {tenant, state, auto_sync, requested_at, synced_at, attempted_at,
-- retry_at, error_code, error_hint, is_finishing, plan}. States:
--   current: in line. is_finishing says that indexes or golden records still follow; plan, if there is one, names columns that are kept
--   pending: metadata were changed, or the tenant was never synced
--   waits: a person has to agree, plan says to what
--   failed: error_code and error_hint say why, retry_at when it is tried again
-- NULL for an unknown tenant. Reads only.

CREATE OR REPLACE FUNCTION c360._sync_state(p_tenant text)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'tenant', known.tenant,
        'state', CASE
            WHEN sync.state = 'failed' AND sync.claimed_by IS NULL AND (open.last_at IS NULL OR open.last_at <= sync.attempted_at) THEN 'failed'
            WHEN open.first_at IS NOT NULL THEN 'pending'
            -- Read from the table: who waits in one statement keeps what to_regnamespace() said first.
            WHEN NOT EXISTS (SELECT FROM pg_namespace AS own WHERE own.nspname = known.schema_name) THEN 'pending'
            ELSE coalesce(sync.state, 'current')
        END,
        'auto_sync', known.auto_sync,
        'requested_at', open.first_at,
        'synced_at', sync.synced_at,
        'attempted_at', sync.attempted_at,
        'retry_at', sync.retry_at,
        'error_code', sync.error_code,
        'error_hint', sync.error_hint,
        'is_finishing', coalesce(sync.is_finishing, false),
        'plan', sync.plan
    )
    FROM c360.tenants AS known
    LEFT JOIN c360.tenant_syncs AS sync ON sync.tenant = known.tenant
    CROSS JOIN LATERAL (
        SELECT
            min(request.requested_at) AS first_at,
            max(request.requested_at) AS last_at
        FROM c360.sync_requests AS request
        WHERE request.tenant = known.tenant
    ) AS open
    WHERE known.tenant = p_tenant;
$$;

COMMENT ON FUNCTION c360._sync_state(text) IS
    'How far the schema of a tenant follows its metadata.';
