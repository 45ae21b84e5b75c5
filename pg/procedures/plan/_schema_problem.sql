-- Refuses a part of an event schema that cannot be checked, naming where it stands. Raises U1115 event_schema_invalid always.

CREATE OR REPLACE FUNCTION c360._schema_problem(
    p_where text,
    p_what  text,
    p_hint  text
)
    RETURNS void
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'the schema cannot be used: %', p_what
        USING ERRCODE = 'U1115',
              DETAIL = format('At #%s.', p_where),
              HINT = p_hint;
END;
$$;

COMMENT ON FUNCTION c360._schema_problem(text, text, text) IS
    'Refuses a part of an event schema.';
