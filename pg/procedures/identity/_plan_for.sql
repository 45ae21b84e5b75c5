-- Decides how statements are planned from here on: for a few rows kept plans of nested loops, because planning would take
-- longer than the work; for many rows plans made for them. Both find rows of large
-- tables by index, whatever the statistics say. A caller must list these four settings in its own SET clauses, so that
-- they end with it. Raises nothing.

CREATE OR REPLACE FUNCTION c360._plan_for(p_rows integer)
    RETURNS void
    LANGUAGE plpgsql
    VOLATILE
AS $$
DECLARE
    v_few boolean := coalesce(p_rows, 0) <= 50;
BEGIN
    PERFORM set_config('plan_cache_mode', CASE WHEN v_few THEN 'force_generic_plan' ELSE 'force_custom_plan' END, true);
    PERFORM set_config('enable_hashjoin', CASE WHEN v_few THEN 'off' ELSE 'on' END, true);
    PERFORM set_config('enable_mergejoin', CASE WHEN v_few THEN 'off' ELSE 'on' END, true);
    PERFORM set_config('enable_seqscan', 'off', true);
END;
$$;

COMMENT ON FUNCTION c360._plan_for(integer) IS
    'Chooses between kept plans for a few rows and plans made for many.';
