-- Sends the next rows of an import, as documents {column: value}. Answers the counts of these rows. A repeat is refused:
-- the rows must go on where the import stands.
-- Raises: U1423 import_not_found, U1424 import_busy, U4404, U4423

CREATE OR REPLACE FUNCTION c360.import_rows(
    p_tenant     text,
    p_import_id  bigint,
    p_first_row  bigint,
    p_rows       jsonb[]
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    RETURN c360._advance_import(p_tenant, p_import_id, p_first_row, p_rows, NULL, NULL, NULL);
END;
$$;

COMMENT ON FUNCTION c360.import_rows(text, bigint, bigint, jsonb[]) IS
    'Records the next rows of an import; answers what became of them.';
