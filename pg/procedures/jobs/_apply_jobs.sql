-- Adds the listed jobs of a tenant, or changes them to what is listed, [{job, kind, arguments, schedule, is_enabled}], each given
-- whole. Safe to repeat; unchanged rows stay untouched. NULL lists nothing.
-- Raises: U4440 job_invalid; U4419 metadata_limit

CREATE OR REPLACE FUNCTION c360._apply_jobs(
    p_tenant text,
    p_rows   jsonb
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row record;
BEGIN
    FOR v_row IN
        SELECT given.*
        FROM jsonb_populate_recordset(NULL::c360.jobs, p_rows) AS given
        ORDER BY given.job
    LOOP
        PERFORM c360._check_job(v_row.job, v_row.kind, v_row.arguments);

        BEGIN
            INSERT INTO c360.jobs AS known (tenant, job, kind, arguments, schedule, is_enabled)
            VALUES (p_tenant, v_row.job, v_row.kind, v_row.arguments, v_row.schedule, v_row.is_enabled)
            ON CONFLICT (tenant, job) DO UPDATE
            SET kind = excluded.kind,
                arguments = excluded.arguments,
                schedule = excluded.schedule,
                is_enabled = excluded.is_enabled
            WHERE to_jsonb(known.*) - 'created_at' <> to_jsonb(excluded.*) - 'created_at';
        EXCEPTION
            WHEN check_violation OR not_null_violation THEN
                RAISE EXCEPTION 'job "%" cannot be right: "%"', v_row.job, v_row.schedule
                    USING ERRCODE = 'U4440',
                          DETAIL = SQLERRM,
                          HINT = 'A schedule is a cron expression: minute, hour, day of the month, month, day of the week, such as "30 3 * * *" '
                              'for half past three every day. A name is of a-z, 0-9 and _.';
        END;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._apply_jobs(text, jsonb) IS
    'Adds or changes the listed jobs of a tenant.';
