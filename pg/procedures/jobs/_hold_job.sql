-- Locks the row of a job until the transaction ends, so that nobody else runs it; makes the row when there is none. false: somebody
-- runs it just now. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._hold_job(
    p_tenant text,
    p_job    text
)
    RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO c360.job_states (tenant, job)
    SELECT
        p_tenant,
        p_job
    WHERE NOT EXISTS (
        SELECT
        FROM c360.job_states AS state
        WHERE state.tenant = p_tenant
          AND state.job = p_job
    )
    ON CONFLICT (tenant, job) DO NOTHING;

    PERFORM
    FROM c360.job_states AS state
    WHERE state.tenant = p_tenant
      AND state.job = p_job
    FOR UPDATE SKIP LOCKED;

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360._hold_job(text, text) IS
    'Locks a job for who runs it until the transaction ends; returns whether nobody had it.';
