-- Refuses a compiled condition of a webhook for which the planner expects more for 1,000 messages than a segment may cost for as many golden
-- records: the relay asks it about everything it sends. Runs nothing: the condition is only planned, with the rights of the role it will
-- run as. For the sync, which may become that role.
-- Raises: U5422 subscription_filter_invalid

CREATE OR REPLACE FUNCTION c360._check_filter_cost(
    p_wanted text,
    p_role   text,
    p_most   double precision DEFAULT 5000000
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_asked  c360.judged_message[] := array_fill(ROW(1, 'topic', 'type', 'key', '{}', gen_random_uuid())::c360.judged_message, ARRAY[1000]);
    v_plan   json;
    v_cost   double precision;
    v_before text := current_setting('role');
BEGIN
    PERFORM set_config('role', p_role, true);
    EXECUTE format('EXPLAIN (FORMAT JSON) %s', p_wanted)
    INTO v_plan
    USING
        v_asked,
        now(),
        array_fill(gen_random_uuid(), ARRAY[1000]);
    PERFORM set_config('role', v_before, true);

    v_cost := (v_plan -> 0 -> 'Plan' ->> 'Total Cost')::double precision;
    IF v_cost > p_most THEN
        RAISE EXCEPTION 'it costs too much'
            USING ERRCODE = 'U5422',
                  DETAIL = format('The planner expects %s for 1,000 messages, %s is the most.', round(v_cost), p_most),
                  HINT = 'Ask for fewer events, or make a segment of it and use in_segment().';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_filter_cost(text, text, double precision) IS
    'Refuses a compiled condition of a webhook that the planner expects to cost too much.';
