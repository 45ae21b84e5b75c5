-- Takes what was copied into the staging table of an import of a file, and empties it. Copy and call belong into one
-- transaction. Answers the counts of these rows; nothing staged, nothing done.
--   p_position: where in the file these rows end; an interrupted import goes on there.
-- Raises: U1423 import_not_found, U1424 import_busy, U4404, U4423

CREATE OR REPLACE FUNCTION c360.import_staged_rows(
    p_tenant     text,
    p_import_id  bigint,
    p_position   bigint
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_staging  text := c360._import_staging(p_tenant, p_import_id);
    v_first    bigint;
    v_rows     jsonb[];
    v_codes    text[];
    v_lines    text[];
    v_counts   jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    IF to_regclass(v_staging) IS NULL THEN
        RAISE EXCEPTION 'there is no import % of a file', p_import_id
            USING ERRCODE = 'U1423',
                  HINT = 'List the imports with: SELECT * FROM tenant_<tenant>.list_imports()';
    END IF;

    EXECUTE format(
        'SELECT
            min(staged.row_number),
            array_agg(staged.content ORDER BY staged.row_number),
            array_agg(staged.code ORDER BY staged.row_number),
            array_agg(staged.line ORDER BY staged.row_number)
        FROM %s AS staged',
        v_staging
    )
    INTO v_first, v_rows, v_codes, v_lines;

    IF v_first IS NULL THEN
        RETURN '{}';
    END IF;

    v_counts := c360._advance_import(p_tenant, p_import_id, v_first, v_rows, v_codes, v_lines, p_position);
    EXECUTE format('TRUNCATE %s', v_staging);
    RETURN v_counts;
END;
$$;

COMMENT ON FUNCTION c360.import_staged_rows(text, bigint, bigint) IS
    'Records what was copied into the staging table of an import; answers what became of it.';
