-- Makes the staging table of an import of a file, empty, and lets the writers of the tenant copy into it, and nobody read it. Safe to
-- repeat. The rows of a chunk are copied, recorded and removed in one transaction: after a commit the table is empty.

CREATE OR REPLACE FUNCTION c360._open_import_staging(p_tenant text, p_import_id bigint)
    RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    v_table  text := c360._import_staging(p_tenant, p_import_id);
    v_writer text := format('c360_%s_writer', p_tenant);
BEGIN
    EXECUTE format(
        'CREATE UNLOGGED TABLE IF NOT EXISTS %s (
            row_number  bigint NOT NULL,
            content     jsonb,
            code        text,
            line        text,
            CONSTRAINT cdp_import_staging_%s_pkey PRIMARY KEY (row_number)
        )',
        v_table,
        p_import_id
    );
    EXECUTE format('COMMENT ON TABLE %s IS ''Rows of a file on their way into import %s.''', v_table, p_import_id);
    EXECUTE format('TRUNCATE %s', v_table);

    IF to_regrole(quote_ident(v_writer)) IS NOT NULL THEN
        EXECUTE format('GRANT INSERT ON %s TO %I', v_table, v_writer);
    END IF;

    RETURN v_table;
END;
$$;

COMMENT ON FUNCTION c360._open_import_staging(text, bigint) IS
    'Makes the staging table of an import of a file.';
