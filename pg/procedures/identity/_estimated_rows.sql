-- About how many rows a table has: counted while it is small or was never analysed, the planner's estimate later.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._estimated_rows(p_table regclass)
    RETURNS bigint
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_rows bigint := (SELECT relation.reltuples::bigint FROM pg_class AS relation WHERE relation.oid = p_table);
BEGIN
    IF v_rows < 10000 THEN
        EXECUTE format('SELECT count(*) FROM %s', p_table) INTO v_rows;
    END IF;
    RETURN v_rows;
END;
$$;

COMMENT ON FUNCTION c360._estimated_rows(regclass) IS
    'Rows of a table: exact while it is small, the estimate of the planner afterwards.';
