-- One table of the list, with where its rows are and the condition that makes them the tenant's. Reads only.
-- Raises: U4461 lake_invalid

CREATE OR REPLACE FUNCTION c360._lake_table(
    p_tenant          text,
    p_table           text,
    OUT source        text,
    OUT scope         text,
    OUT time_column   text,
    OUT person_column text,
    OUT key_columns   text[]
)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_relation text;
BEGIN
    SELECT
        known.relation,
        known.time_column,
        known.person_column,
        known.key_columns
    INTO
        v_relation,
        time_column,
        person_column,
        key_columns
    FROM c360._lake_tables() AS known
    WHERE known.table_name = p_table;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'a lake has no table "%"', coalesce(p_table, 'NULL')
            USING ERRCODE = 'U4461',
                  HINT = (SELECT 'Take one of: ' || string_agg(known.table_name, ', ') FROM c360._lake_tables() AS known);
    END IF;

    IF p_table = 'messages' THEN
        source := format('c360.%I AS kept', v_relation);
        scope := format('kept.tenant = %L', p_tenant);
    ELSE
        source := format('%I.%I AS kept', 'tenant_' || p_tenant, v_relation);
        scope := 'true';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._lake_table(text, text) IS
    'Where the rows of a table of the lake are, and its columns of time, person and key.';
