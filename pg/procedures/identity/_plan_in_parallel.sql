-- Lets the next read-only statement of a function be planned for several processes when it reads thousands of rows: starting
-- them takes milliseconds, which small batches do not have. How many there may be is up to max_parallel_workers_per_gather.
-- Trusts that the function sets the same settings itself, so that they end with it. Raises nothing.

CREATE OR REPLACE FUNCTION c360._plan_in_parallel(p_rows integer)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    IF p_rows > 2000 THEN
        PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
        PERFORM set_config('parallel_setup_cost', '0', true);
        PERFORM set_config('parallel_tuple_cost', '0', true);
        PERFORM set_config('min_parallel_table_scan_size', '0', true);
        PERFORM set_config('min_parallel_index_scan_size', '0', true);
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._plan_in_parallel(integer) IS
    'Lets several processes read for the next statement of a function when it reads thousands of rows.';
