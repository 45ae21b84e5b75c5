-- Points the search path at a tenant for the rest of the calling function: first statement of every shared function that takes a
-- tenant. Asks nobody who calls: such functions are executable by the owner and the daemons alone, people call those of their
-- tenant, whose name stands in the text and whose EXECUTE PostgreSQL checks. p_right write refuses a suspended tenant, metadata takes one
-- without schema.
-- Safe to repeat. Has no SET clause of its own on purpose: leaving this function must not take the path back; the
-- SET clause of the calling function does that.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4427 temporary_table_in_the_way,
-- U4428 schema_of_somebody_else, U4450 tenant_not_synced

CREATE OR REPLACE FUNCTION c360._use_tenant(
    p_tenant text,
    p_right  text DEFAULT 'read'
)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_catalog.set_config(
        'search_path',
        pg_catalog.format('pg_catalog, %I, pg_temp', c360._check_tenant(p_tenant, p_right)),
        true
    );
END;
$$;

COMMENT ON FUNCTION c360._use_tenant(text, text) IS
    'Points search_path at a tenant for the calling function; refuses writing to a suspended one, and temporary tables in the way.';
