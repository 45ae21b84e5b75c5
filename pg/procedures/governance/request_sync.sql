-- Asks for a sync of a tenant, also where no metadata were changed (after an upgrade), and waits until it is done, or says why it is
-- not. Commits, so it is called by itself: CALL c360.request_sync('acme'). Safe to repeat. For the owner of c360 alone; people of a tenant
-- call await_sync(). A procedure that commits can have no SET clause, so every name is written with its schema.
-- Raises: U4404 tenant_not_found, U4425 interval_out_of_bounds, U4451 sync_waits, U4452 sync_failed, U4453 sync_not_done, U4454 sync_in_transaction

CREATE OR REPLACE PROCEDURE c360.request_sync(
    p_tenant  text,
    p_timeout interval DEFAULT '30 seconds'
)
    LANGUAGE plpgsql
AS $$
DECLARE
    v_commit_error text;
    v_until        timestamptz;
BEGIN
    -- Refused either way, with one reason inside a transaction of the caller and another outside.
    BEGIN
        COMMIT;
    EXCEPTION
        WHEN invalid_transaction_termination THEN
            v_commit_error := SQLERRM;
    END;

    PERFORM c360._begin_request_sync(p_tenant, v_commit_error);
    v_until := c360._sync_deadline(p_timeout);
    COMMIT;

    WHILE NOT c360._is_synced(p_tenant, v_until) LOOP
        COMMIT;
        PERFORM pg_catalog.pg_sleep(0.05);
    END LOOP;
END;
$$;

COMMENT ON PROCEDURE c360.request_sync(text, interval) IS
    'Asks the workers to sync a tenant and waits until it is done, or says why it is not.';
