-- Keeps a tenant with the worker that syncs it for a further p_lease, and the worker among the living. false: it is not the worker's any
-- more. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._renew_sync(
    p_worker text,
    p_tenant text,
    p_lease  interval,
    p_now    timestamptz DEFAULT clock_timestamp()
)
    RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE c360.sync_workers AS known
    SET seen_at = p_now
    WHERE known.worker = p_worker;

    UPDATE c360.tenant_syncs AS sync
    SET lease_until = p_now + p_lease
    WHERE sync.tenant = p_tenant
      AND sync.claimed_by = p_worker;

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360._renew_sync(text, text, interval, timestamptz) IS
    'Keeps a tenant with the worker that syncs it for a further time.';
