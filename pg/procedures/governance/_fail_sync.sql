-- Notes that a sync failed: its code, and that it is tried again after a second, then twice as long each time, ten minutes at most. The
-- requests stay. Nothing is noted when the tenant is not the worker's any more.

CREATE OR REPLACE FUNCTION c360._fail_sync(
    p_worker     text,
    p_tenant     text,
    p_error_code text,
    p_error_hint text,
    p_now        timestamptz DEFAULT clock_timestamp()
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE c360.tenant_syncs AS sync
    SET state = 'failed',
        plan = NULL,
        error_code = p_error_code,
        error_hint = p_error_hint,
        attempts = sync.attempts + 1,
        retry_at = p_now + least(interval '1 second' * power(2, least(sync.attempts, 10)), interval '10 minutes'),
        seconds = extract(epoch FROM p_now - sync.attempted_at),
        claimed_by = NULL,
        lease_until = NULL
    WHERE sync.tenant = p_tenant
      AND sync.claimed_by = p_worker;
END;
$$;

COMMENT ON FUNCTION c360._fail_sync(text, text, text, text, timestamptz) IS
    'Notes that a sync failed and when it is tried again.';
