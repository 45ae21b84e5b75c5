-- Gives a worker a tenant to sync for p_lease, NULL when there is none, and notes that the worker lives. Kinds:
--   shape: metadata were changed; not again before retry_at after a failure, unless they were changed since
--   quick: the same, but only tenants that were done in 2 seconds the last time: they wait for none that takes long
--   finish: tables and functions are in line, indexes are to be made and golden records to be queued
-- A tenant whose lease is over is given to the next. Tenants with auto_sync off are passed over. Any number of workers at once.

CREATE OR REPLACE FUNCTION c360._claim_sync(
    p_worker text,
    p_kind   text,
    p_lease  interval,
    p_now    timestamptz DEFAULT clock_timestamp()
)
    RETURNS text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant text;
BEGIN
    INSERT INTO c360.sync_workers AS known (worker, seen_at)
    VALUES (p_worker, p_now)
    ON CONFLICT (worker) DO UPDATE
    SET seen_at = excluded.seen_at
    WHERE known.seen_at < excluded.seen_at - interval '3 seconds';

    DELETE FROM c360.sync_workers AS gone
    WHERE gone.seen_at < p_now - interval '1 hour';

    INSERT INTO c360.tenant_syncs (tenant)
    SELECT DISTINCT request.tenant
    FROM c360.sync_requests AS request
    WHERE NOT EXISTS (SELECT FROM c360.tenant_syncs AS known WHERE known.tenant = request.tenant)
    ORDER BY request.tenant
    ON CONFLICT (tenant) DO NOTHING;

    SELECT sync.tenant
    INTO v_tenant
    FROM c360.tenant_syncs AS sync
    JOIN c360.tenants AS known
        ON known.tenant = sync.tenant
        AND known.auto_sync
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT
            FROM c360.sync_requests AS request
            WHERE request.tenant = sync.tenant
              AND (sync.retry_at IS NULL OR sync.retry_at <= p_now OR request.requested_at > sync.attempted_at)
        ) AS is_wanted
    ) AS shape
    WHERE (sync.lease_until IS NULL OR sync.lease_until < p_now)
      AND CASE p_kind
          WHEN 'shape' THEN shape.is_wanted
          WHEN 'quick' THEN shape.is_wanted AND coalesce(sync.seconds, 0) < 2
          ELSE sync.is_finishing AND NOT shape.is_wanted AND (sync.retry_at IS NULL OR sync.retry_at <= p_now)
      END
    ORDER BY
        sync.attempted_at NULLS FIRST,
        sync.tenant
    LIMIT 1
    FOR UPDATE OF sync SKIP LOCKED;

    UPDATE c360.tenant_syncs AS sync
    SET claimed_by = p_worker,
        lease_until = p_now + p_lease,
        attempted_at = p_now
    WHERE sync.tenant = v_tenant;

    RETURN v_tenant;
END;
$$;

COMMENT ON FUNCTION c360._claim_sync(text, text, interval, timestamptz) IS
    'Gives a worker the next tenant to sync, for a time.';
