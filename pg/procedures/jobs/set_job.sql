-- Adds a job of a tenant or changes it; what is NULL stays as it is, of a new job as the kind says. A job with the name of a kind
-- replaces the default of that kind. Answers whether anything changed; safe to repeat. In force within seconds, from the next
-- time on. The worker reads the schedule; one it cannot read is shown by c360 doctor.
-- Raises: U4404, U4423 of the tenant; U4440 job_invalid; U4419 metadata_limit

CREATE OR REPLACE FUNCTION c360.set_job(
    p_tenant     text,
    p_job        text,
    p_schedule   text DEFAULT NULL,
    p_kind       text DEFAULT NULL,
    p_arguments  jsonb DEFAULT NULL,
    p_is_enabled boolean DEFAULT NULL
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_before jsonb;
    v_after  jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    SELECT to_jsonb(known.*) - ARRAY['tenant', 'is_default']
    INTO v_before
    FROM c360._effective_jobs(p_tenant) AS known
    WHERE known.job = p_job;

    v_after := jsonb_build_object(
        'job', p_job,
        'kind', coalesce(p_kind, v_before ->> 'kind', p_job),
        'arguments', coalesce(p_arguments, v_before -> 'arguments', '{}'),
        'is_enabled', coalesce(p_is_enabled, (v_before ->> 'is_enabled')::boolean, true)
    );
    v_after := v_after || jsonb_build_object('schedule', coalesce(p_schedule, v_before ->> 'schedule', (
        SELECT known.default_schedule
        FROM c360.list_job_kinds() AS known
        WHERE known.kind = v_after ->> 'kind'
    )));

    IF v_after IS DISTINCT FROM v_before THEN
        PERFORM c360._apply_jobs(p_tenant, jsonb_build_array(v_after));
    END IF;

    RETURN v_after IS DISTINCT FROM v_before;
END;
$$;

COMMENT ON FUNCTION c360.set_job(text, text, text, text, jsonb, boolean) IS
    'Adds or changes a job: what is done at which times. NULL leaves as it is. Returns whether anything changed.';
