-- A value of a query, when the column it is compared with could hold it. Raises: what PostgreSQL says of a value it cannot read
-- (22P02 and its like)

CREATE OR REPLACE FUNCTION c360._read_value(
    p_value     text,
    p_data_type text
)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_problem record;
BEGIN
    SELECT * INTO v_problem FROM pg_input_error_info(p_value, p_data_type);

    IF v_problem.message IS NOT NULL THEN
        RAISE EXCEPTION '%', v_problem.message
            USING ERRCODE = v_problem.sql_error_code;
    END IF;

    RETURN p_value;
END;
$$;

COMMENT ON FUNCTION c360._read_value(text, text) IS
    'A value of a query, refused when the type cannot hold it.';
