-- What the planner expects a compiled condition to cost for 1,000 golden records. Runs nothing: the condition is only planned, and with the
-- rights of the role it will run as. For the sync, which may become that role.
-- Raises: U3302 segment_condition_invalid when that is too much

CREATE OR REPLACE FUNCTION c360._segment_cost(
    p_members text,
    p_role    text,
    p_most    double precision DEFAULT 5000000
)
    RETURNS double precision
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_statement text := 'EXPLAIN (FORMAT JSON) ' || p_members;
    v_plan      json;
    v_cost      double precision;
    v_before    text := current_setting('role');
BEGIN
    PERFORM set_config('role', p_role, true);
    EXECUTE v_statement
    INTO v_plan
    USING array_fill(gen_random_uuid(), ARRAY[1000]), now();
    PERFORM set_config('role', v_before, true);

    v_cost := (v_plan -> 0 -> 'Plan' ->> 'Total Cost')::double precision;

    IF v_cost > p_most THEN
        RAISE EXCEPTION 'it costs too much'
            USING ERRCODE = 'U3302',
                  DETAIL = format('The planner expects %s for 1,000 golden records, %s is the most.', round(v_cost), p_most),
                  HINT = 'Ask for fewer events, or put parts of it into segments of their own.';
    END IF;

    RETURN v_cost;
END;
$$;

COMMENT ON FUNCTION c360._segment_cost(text, text, double precision) IS
    'What the planner expects a compiled condition to cost for 1,000 golden records; refuses too much.';
