-- Findings about jobs: schedules that cannot be read, runs that failed or were lost again and again, and times that passed without
-- anybody running what was due. Safe to repeat; reads only.

CREATE OR REPLACE FUNCTION c360._doctor_jobs(p_now timestamptz)
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH job AS MATERIALIZED (
        SELECT
            known.tenant,
            known.job,
            known.schedule,
            state.problem,
            state.next_run_at,
            last.status,
            last.attempt,
            last.error_code,
            last.error_hint,
            last.finished_at
        FROM c360._effective_jobs() AS known
        JOIN c360.tenants AS owner
            ON owner.tenant = known.tenant
            AND owner.status = 'active'
        LEFT JOIN c360.job_states AS state
            ON state.tenant = known.tenant
            AND state.job = known.job
            AND state.schedule = known.schedule
        LEFT JOIN LATERAL (
            SELECT run.*
            FROM c360.job_runs AS run
            WHERE run.tenant = known.tenant
              AND run.job = known.job
            ORDER BY run.job_run_id DESC
            LIMIT 1
        ) AS last ON true
        WHERE known.is_enabled
    )
    SELECT
        'warning',
        format('tenant %s', job.tenant),
        format('Job %s is never run: its schedule "%s" cannot be read: %s.', job.job, job.schedule, job.problem),
        format('Give it another: c360 job set %s %s --schedule "30 3 * * *"', job.tenant, job.job)
    FROM job
    WHERE job.problem IS NOT NULL

    UNION ALL

    SELECT
        'warning',
        format('tenant %s', job.tenant),
        format('Job %s failed at %s with %s.', job.job, to_char(job.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), job.error_code),
        concat_ws(' ', job.error_hint, format('It is tried again at its next time; see what it says now with: c360 job run %s %s', job.tenant, job.job))
    FROM job
    WHERE job.status = 'failed'

    UNION ALL

    SELECT
        'warning',
        format('tenant %s', job.tenant),
        format('Job %s was lost with its worker %s times in a row.', job.job, job.attempt),
        format('Read what the workers log, then run it by hand: c360 job run %s %s', job.tenant, job.job)
    FROM job
    WHERE job.status = 'lost'
      AND job.attempt >= 3

    UNION ALL

    SELECT
        'warning',
        format('tenant %s', job.tenant),
        format('Job %s is due since %s and nobody runs it.', job.job, to_char(job.next_run_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')),
        'Check that "c360 worker" runs and what it logs.'
    FROM job
    WHERE job.next_run_at < p_now - interval '1 hour'
      AND job.status IS DISTINCT FROM 'running';
$$;

COMMENT ON FUNCTION c360._doctor_jobs(timestamptz) IS 'Findings of c360.doctor() about jobs.';
