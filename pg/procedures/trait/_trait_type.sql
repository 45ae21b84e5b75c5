-- The type PostgreSQL gives to what a checked expression answers, as which it is kept. Runs the query for nobody, with the rights of the
-- role it will run as. For the sync, which may become that role.
-- Raises: U3312 trait_invalid for a type that is not kept

CREATE OR REPLACE FUNCTION c360._trait_type(
    p_values text,
    p_role   text
)
    RETURNS text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_statement text := format('SELECT pg_typeof((SELECT found.value FROM (%s) AS found LIMIT 1))::text', p_values);
    v_before    text := current_setting('role');
    v_type      text;
BEGIN
    PERFORM set_config('role', p_role, true);
    EXECUTE v_statement
    INTO v_type
    USING '{}'::uuid[], now();
    PERFORM set_config('role', v_before, true);

    IF v_type NOT IN (
        'text', 'text[]', 'integer', 'bigint', 'numeric', 'double precision', 'boolean', 'date', 'timestamp with time zone'
    ) THEN
        RAISE EXCEPTION 'the expression answers %, which no trait can be', v_type
            USING ERRCODE = 'U3312',
                  HINT = 'Cast it to text, integer, bigint, numeric, double precision, boolean, date or timestamptz.';
    END IF;

    RETURN v_type;
END;
$$;

COMMENT ON FUNCTION c360._trait_type(text, text) IS
    'The type of what an expression answers; refuses one that no trait can be.';
