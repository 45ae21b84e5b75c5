-- Refuses a job of an unknown kind, and arguments that the kind does not take or that are not of their type. The schedule is left to
-- the check of the table and to the worker. Reads only.
-- Raises: U4440 job_invalid

CREATE OR REPLACE FUNCTION c360._check_job(
    p_job       text,
    p_kind      text,
    p_arguments jsonb
)
    RETURNS void
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_taken jsonb;
    v_given record;
BEGIN
    SELECT known.arguments
    INTO v_taken
    FROM c360.list_job_kinds() AS known
    WHERE known.kind = p_kind;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'job "%" is of no known kind: "%"', p_job, p_kind
            USING ERRCODE = 'U4440',
                  HINT = (
                      SELECT 'The kinds are ' || string_agg(known.kind, ', ' ORDER BY known.kind) || '.'
                      FROM c360.list_job_kinds() AS known
                  );
    END IF;

    FOR v_given IN
        SELECT
            argument.key AS name,
            argument.value AS text,
            v_taken ->> argument.key AS type
        FROM jsonb_each_text(CASE jsonb_typeof(p_arguments) WHEN 'object' THEN p_arguments ELSE '{"": null}' END) AS argument
    LOOP
        IF v_given.type IS NULL OR NOT coalesce(pg_input_is_valid(v_given.text, v_given.type), true) THEN
            RAISE EXCEPTION 'job "%" cannot have the argument "%"', p_job, v_given.name
                USING ERRCODE = 'U4440',
                      HINT = CASE
                          WHEN v_taken = '{}' THEN format('Jobs of kind %s take no arguments.', p_kind)
                          ELSE format('Jobs of kind %s take %s.', p_kind, (
                              SELECT string_agg(taken.key || ' (' || taken.value || ')', ', ' ORDER BY taken.key)
                              FROM jsonb_each_text(v_taken) AS taken
                          ))
                      END;
        END IF;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._check_job(text, text, jsonb) IS
    'Refuses a job of an unknown kind or with arguments that its kind does not take.';
