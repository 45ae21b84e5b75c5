-- Takes jobs that are due, the longest overdue first, and answers them: each to one worker, for p_lease unless it is renewed. A job that
-- was due several times is taken once. A run whose lease is over counts as lost with its worker, and the job is taken again, three
-- times in a row at most; a person's run is not. A job that somebody is just running is passed over. Any number of workers at once.

CREATE OR REPLACE FUNCTION c360.claim_jobs(
    p_worker text,
    p_limit  integer DEFAULT 1,
    p_lease  interval DEFAULT '2 minutes',
    p_now    timestamptz DEFAULT clock_timestamp()
)
    RETURNS TABLE (job_run_id bigint, tenant text, job text, schedule text, time_zone text, after timestamptz, late_seconds double precision)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_most_attempts CONSTANT integer := 3;
    v_due record;
BEGIN
    FOR v_due IN
        SELECT
            state.tenant,
            state.job,
            known.kind,
            known.schedule,
            owner.time_zone,
            coalesce(running.due_at, state.next_run_at) AS due_at,
            coalesce(running.attempt, 0) + 1 AS attempt,
            running.job_run_id AS lost_id,
            known.is_enabled IS TRUE
                AND running.cause IS DISTINCT FROM 'person'
                AND coalesce(running.attempt, 0) < v_most_attempts AS is_wanted
        FROM c360.job_states AS state
        JOIN c360.tenants AS owner
            ON owner.tenant = state.tenant
            AND owner.status = 'active'
        AND to_regnamespace(quote_ident(owner.schema_name)) IS NOT NULL
        LEFT JOIN c360._effective_jobs() AS known
            ON known.tenant = state.tenant
            AND known.job = state.job
        LEFT JOIN c360.job_runs AS running
            ON running.tenant = state.tenant
            AND running.job = state.job
            AND running.status = 'running'
        WHERE running.lease_until <= p_now
           OR (running.job_run_id IS NULL AND known.is_enabled AND state.next_run_at <= p_now)
        ORDER BY state.next_run_at NULLS FIRST
        LIMIT p_limit
        FOR UPDATE OF state SKIP LOCKED
    LOOP
        IF v_due.lost_id IS NOT NULL THEN
            UPDATE c360.job_runs AS run
            SET status = 'lost',
                finished_at = p_now
            WHERE run.job_run_id = v_due.lost_id
              AND run.status = 'running'
              AND run.lease_until <= p_now;
            CONTINUE WHEN NOT FOUND OR NOT v_due.is_wanted;
        END IF;

        UPDATE c360.job_states AS state
        SET next_run_at = NULL,
            claimed_at = p_now
        WHERE state.tenant = v_due.tenant
          AND state.job = v_due.job;

        INSERT INTO c360.job_runs AS run (tenant, job, kind, cause, attempt, due_at, claimed_at, lease_until, run_by)
        VALUES (
            v_due.tenant, v_due.job, v_due.kind, 'schedule', v_due.attempt, v_due.due_at, p_now, p_now + p_lease, p_worker
        )
        RETURNING run.job_run_id INTO job_run_id;

        tenant := v_due.tenant;
        job := v_due.job;
        schedule := v_due.schedule;
        time_zone := v_due.time_zone;
        after := p_now;
        late_seconds := extract(epoch FROM p_now - v_due.due_at);
        RETURN NEXT;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360.claim_jobs(text, integer, interval, timestamptz) IS
    'Takes jobs that are due, each for one worker and a time; takes those again whose worker was lost.';
