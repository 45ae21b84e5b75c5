-- Notes that a worker has ended in order: nobody waits for it. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._forget_sync_worker(p_worker text)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM c360.sync_workers AS known
    WHERE known.worker = p_worker;
$$;

COMMENT ON FUNCTION c360._forget_sync_worker(text) IS
    'Notes that a worker that syncs tenants has ended.';
