-- Waits until no resolver and no open edit of golden records has the tenant, and keeps them away until the transaction
-- ends: who decides about golden records takes turns with the resolver. Raises nothing.

CREATE OR REPLACE FUNCTION c360._wait_for_resolver(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._hold_lock(p_tenant, 'resolver');
END;
$$;

COMMENT ON FUNCTION c360._wait_for_resolver(text) IS
    'Takes the resolver''s lock on a tenant, waiting for it.';
