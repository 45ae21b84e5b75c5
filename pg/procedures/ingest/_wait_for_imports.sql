-- Waits until no import of the tenant records rows, and keeps them away until the transaction ends: imports of a tenant take
-- turns with each other and with whoever erases a person. Raises nothing.

CREATE OR REPLACE FUNCTION c360._wait_for_imports(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('c360.import:' || p_tenant, 0));
END;
$$;

COMMENT ON FUNCTION c360._wait_for_imports(text) IS
    'Lets imports of a tenant and erasures take turns.';
