-- Takes back a job that a tenant set; where it replaced a default, the default holds again. A run in progress goes on, and the history
-- stays. Answers whether it was there; safe to repeat. A default cannot be removed, only disabled: set_job(..., p_is_enabled => false).
-- Raises: U4404, U4423 of the tenant; U4441 job_not_found for a job that was never set

CREATE OR REPLACE FUNCTION c360.remove_job(
    p_tenant text,
    p_job    text
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    DELETE FROM c360.jobs AS own
    WHERE own.tenant = p_tenant
      AND own.job = p_job;

    IF NOT FOUND AND EXISTS (SELECT FROM c360._effective_jobs(p_tenant) AS known WHERE known.job = p_job) THEN
        RAISE EXCEPTION 'job "%" is a default and cannot be removed', p_job
            USING ERRCODE = 'U4441',
                  HINT = format('Switch it off: c360 job set %s %s --disable', p_tenant, p_job);
    END IF;

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.remove_job(text, text) IS
    'Takes back a job that the tenant set; a default it replaced holds again. Returns whether it was there.';
