-- Waits until the schema of a tenant follows the metadata that are committed; answers its state as sync_state() does. At once where it is in
-- line, and where waiting helps nothing: then with the reason. Safe to repeat. Writes nothing.
-- Raises: U4404 tenant_not_found, U4425 interval_out_of_bounds, U4451 sync_waits, U4452 sync_failed, U4453 sync_not_done, U4454 sync_in_transaction

CREATE OR REPLACE FUNCTION c360.await_sync(
    p_tenant  text,
    p_timeout interval DEFAULT '30 seconds'
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_until timestamptz;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    v_until := c360._sync_deadline(p_timeout);

    WHILE NOT c360._is_synced(p_tenant, v_until) LOOP
        PERFORM pg_sleep(0.05);
    END LOOP;

    RETURN c360._sync_state(p_tenant);
END;
$$;

COMMENT ON FUNCTION c360.await_sync(text, interval) IS
    'Waits until the tenant follows its committed metadata, or says why it does not.';
