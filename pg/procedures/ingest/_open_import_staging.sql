-- Makes the staging table of an import of a file, empty, and lets the caller copy into it, and nobody read it. Safe to
-- repeat. The rows of a chunk are copied, recorded and removed in one transaction: after a commit the table is empty.

CREATE OR REPLACE FUNCTION c360._open_import_staging(p_tenant text, p_import_id bigint)
    RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    v_table   text := c360._import_staging(p_tenant, p_import_id);
    v_caller  text := c360._caller();
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

    IF NOT pg_has_role(v_caller, current_user, 'USAGE') THEN
        EXECUTE format('GRANT INSERT ON %s TO %I', v_table, v_caller);
    END IF;

    RETURN v_table;
END;
$$;

COMMENT ON FUNCTION c360._open_import_staging(text, bigint) IS
    'Makes the staging table of an import of a file.';
