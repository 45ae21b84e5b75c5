-- Waits until no import of the tenant records rows, and keeps them away until the transaction ends: imports of a tenant take
-- turns with each other and with whoever erases a person. Raises nothing.

CREATE OR REPLACE FUNCTION c360._wait_for_imports(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._hold_lock(p_tenant, 'imports');
END;
$$;

COMMENT ON FUNCTION c360._wait_for_imports(text) IS
    'Lets imports of a tenant and erasures take turns.';
