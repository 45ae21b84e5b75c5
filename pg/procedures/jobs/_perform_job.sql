-- Calls the function behind a kind of job for a tenant, with the arguments the job gives. Function, names and types of arguments come
-- from c360.list_job_kinds(); a job gives values, which are passed as such. Answers what the function does.
-- Raises: U4440 job_invalid; what the function raises

CREATE OR REPLACE FUNCTION c360._perform_job(
    p_tenant    text,
    p_job       text,
    p_kind      text,
    p_arguments jsonb
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_call   text;
    v_answer jsonb;
BEGIN
    PERFORM c360._check_job(p_job, p_kind, p_arguments);

    SELECT format('SELECT to_jsonb(c360.%I(p_tenant => $1%s))', known.function_name, (
        SELECT string_agg(format(', %I => ($2 ->> %L)::%s', 'p_' || taken.key, taken.key, taken.value::regtype), '' ORDER BY taken.key)
        FROM jsonb_each_text(known.arguments) AS taken
        WHERE p_arguments ? taken.key
    ))
    INTO v_call
    FROM c360.list_job_kinds() AS known
    WHERE known.kind = p_kind;

    EXECUTE v_call
    INTO v_answer
    USING p_tenant, p_arguments;

    RETURN v_answer;
END;
$$;

COMMENT ON FUNCTION c360._perform_job(text, text, text, jsonb) IS
    'Calls the function behind a kind of job.';
