-- Lists the jobs of a tenant: its own and the defaults it has not replaced, when each is due next and how its last run ended.
-- next_run_at is NULL for a disabled job, for one that no worker has seen yet, and where schedule_problem says why. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.list_jobs(p_tenant text)
    RETURNS TABLE (
        job              text,
        kind             text,
        arguments        jsonb,
        schedule         text,
        time_zone        text,
        is_enabled       boolean,
        is_default       boolean,
        next_run_at      timestamptz,
        schedule_problem text,
        last_status      text,
        last_error_code  text,
        last_started_at  timestamptz,
        last_finished_at timestamptz
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'read');

    RETURN QUERY
    SELECT
        known.job,
        known.kind,
        known.arguments,
        known.schedule,
        owner.time_zone,
        known.is_enabled,
        known.is_default,
        CASE WHEN known.is_enabled THEN state.next_run_at END,
        CASE WHEN known.is_enabled THEN state.problem END,
        last.status,
        last.error_code,
        last.started_at,
        last.finished_at
    FROM c360._effective_jobs(p_tenant) AS known
    JOIN c360.tenants AS owner ON owner.tenant = known.tenant
    LEFT JOIN c360.job_states AS state
        ON state.tenant = known.tenant
        AND state.job = known.job
        AND state.schedule = known.schedule
        AND state.time_zone = owner.time_zone
    LEFT JOIN LATERAL (
        SELECT run.*
        FROM c360.job_runs AS run
        WHERE run.tenant = known.tenant
          AND run.job = known.job
        ORDER BY run.job_run_id DESC
        LIMIT 1
    ) AS last ON true
    ORDER BY known.job COLLATE "C";
END;
$$;

COMMENT ON FUNCTION c360.list_jobs(text) IS
    'The jobs of a tenant, defaults included: when each is due next and how its last run ended.';
