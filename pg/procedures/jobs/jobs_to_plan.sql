-- Lists the jobs whose next time has to be worked out, because there is none yet or because schedule or time zone were changed since;
-- forgets the times of jobs that are disabled or gone. "after" is the clock of the database: the next time is after that. A job that is
-- running is left out; who runs it has done this. Safe to repeat, several at once too.

CREATE OR REPLACE FUNCTION c360.jobs_to_plan(p_now timestamptz DEFAULT clock_timestamp())
    RETURNS TABLE (tenant text, job text, schedule text, time_zone text, after timestamptz)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM c360.job_states AS state
    WHERE (state.tenant, state.job) IN (
        SELECT
            past.tenant,
            past.job
        FROM c360.job_states AS past
        WHERE past.schedule IS NOT NULL
          AND NOT EXISTS (
              SELECT
              FROM c360._effective_jobs() AS known
              WHERE known.tenant = past.tenant
                AND known.job = past.job
                AND known.is_enabled
          )
          AND NOT EXISTS (
              SELECT
              FROM c360.job_runs AS run
              WHERE run.tenant = past.tenant
                AND run.job = past.job
                AND run.status = 'running'
          )
        FOR UPDATE SKIP LOCKED
    );

    RETURN QUERY
    SELECT
        known.tenant,
        known.job,
        known.schedule,
        owner.time_zone,
        p_now
    FROM c360._effective_jobs() AS known
    JOIN c360.tenants AS owner
        ON owner.tenant = known.tenant
        AND owner.status = 'active'
        AND to_regnamespace(quote_ident(owner.schema_name)) IS NOT NULL
    LEFT JOIN c360.job_states AS state
        ON state.tenant = known.tenant
        AND state.job = known.job
    WHERE known.is_enabled
      AND (
          (state.schedule, state.time_zone) IS DISTINCT FROM (known.schedule, owner.time_zone)
          OR (state.next_run_at IS NULL AND state.problem IS NULL)
      )
      AND NOT EXISTS (
          SELECT
          FROM c360.job_runs AS run
          WHERE run.tenant = known.tenant
            AND run.job = known.job
            AND run.status = 'running'
      )
    ORDER BY
        known.tenant,
        known.job;
END;
$$;

COMMENT ON FUNCTION c360.jobs_to_plan(timestamptz) IS
    'The jobs whose next time has to be worked out; forgets the times of jobs that are no more.';
