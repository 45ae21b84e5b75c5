-- The type of a column that a query names. Raises: 42703 where there is no such column

CREATE OR REPLACE FUNCTION c360._read_column(
    p_relation text,
    p_types    jsonb,
    p_name     text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT coalesce(p_types ? p_name, false) THEN
        RAISE EXCEPTION 'column %.% does not exist', p_relation, coalesce(p_name, '(none)')
            USING ERRCODE = 'undefined_column',
                  HINT = 'Its columns are those of the view in psql; over HTTP, GET / lists them.';
    END IF;

    RETURN p_types ->> p_name;
END;
$$;

COMMENT ON FUNCTION c360._read_column(text, jsonb, text) IS
    'Type of a column that a query names.';
