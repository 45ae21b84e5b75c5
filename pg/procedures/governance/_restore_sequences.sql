-- Lets the numbered columns of a tenant go on where those of the dump stood: copied rows do not move a sequence. Never below
-- the highest number in the table, whatever the dump says. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._restore_sequences(
    p_tenant    text,
    p_sequences jsonb
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_numbered record;
    v_highest  bigint;
BEGIN
    FOR v_numbered IN
        SELECT
            numbered.table_name,
            numbered.column_name,
            numbered.sequence_id,
            given.last_number
        FROM c360._tenant_sequences(p_tenant) AS numbered
        LEFT JOIN jsonb_to_recordset(p_sequences) AS given (table_name text, column_name text, last_number bigint)
            ON given.table_name = numbered.table_name
            AND given.column_name = numbered.column_name
    LOOP
        EXECUTE format(
            'SELECT max(%I) FROM %I.%I', v_numbered.column_name, 'tenant_' || p_tenant, v_numbered.table_name
        )
        INTO v_highest;

        IF greatest(v_highest, v_numbered.last_number) IS NOT NULL THEN
            PERFORM setval(v_numbered.sequence_id, greatest(v_highest, v_numbered.last_number));
        END IF;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._restore_sequences(text, jsonb) IS
    'Sets the sequences of a restored tenant so that no number is given twice.';
