-- Records the next chunk of a running import and moves it forward. The chunk must begin where the import stands.
-- Raises: U1423 import_not_found, U1424 import_busy

CREATE OR REPLACE FUNCTION c360._advance_import(
    p_tenant     text,
    p_import_id  bigint,
    p_first_row  bigint,
    p_rows       jsonb[],
    p_codes      text[],
    p_lines      text[],
    p_position   bigint
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_row_count  bigint;
    v_status     text;
    v_counts     jsonb;
BEGIN
    SELECT
        import.row_count,
        import.status
    INTO
        v_row_count,
        v_status
    FROM cdp_imports AS import
    WHERE import.import_id = p_import_id
    FOR UPDATE;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no import %', p_import_id
            USING ERRCODE = 'U1423',
                  HINT = 'List the imports with: SELECT * FROM tenant_<tenant>.list_imports()';
    END IF;
    IF v_status <> 'running' OR p_first_row IS DISTINCT FROM v_row_count + 1 THEN
        RAISE EXCEPTION 'import % does not go on with row %', p_import_id, p_first_row
            USING ERRCODE = 'U1424',
                  DETAIL = format('It is %s and has dealt with %s rows.', v_status, v_row_count),
                  HINT = 'Begin again; what is imported already makes no difference.';
    END IF;

    v_counts := c360._record_import_rows(p_tenant, p_import_id, p_first_row, p_rows, p_codes, p_lines);

    UPDATE cdp_imports AS import
    SET row_count = import.row_count + cardinality(p_rows),
        position = coalesce(p_position, import.position),
        counts = c360._add_counts(import.counts, v_counts)
    WHERE import.import_id = p_import_id;

    RETURN v_counts;
END;
$$;

COMMENT ON FUNCTION c360._advance_import(text, bigint, bigint, jsonb[], text[], text[], bigint) IS
    'Records the next chunk of an import; answers its counts.';
