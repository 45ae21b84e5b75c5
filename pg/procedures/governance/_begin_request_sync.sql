-- The first step of request_sync(): asks for the sync, unless the call stands in a transaction of the caller, whose changes no worker could
-- see meanwhile. Not safe to repeat: each call asks.
-- Raises: U4404 tenant_not_found, U4454 sync_in_transaction

CREATE OR REPLACE FUNCTION c360._begin_request_sync(
    p_tenant       text,
    p_commit_error text
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._check_tenant(p_tenant, 'metadata');

    IF p_commit_error = c360._commit_error() THEN
        RAISE EXCEPTION 'request_sync() cannot be called inside a transaction'
            USING ERRCODE = 'U4454',
                  HINT = 'COMMIT first, then call it by itself: no worker sees a change before that.';
    END IF;

    PERFORM c360._request_sync(ARRAY[p_tenant]);
END;
$$;

COMMENT ON FUNCTION c360._begin_request_sync(text, text) IS
    'Asks for a sync on behalf of request_sync(), outside a transaction of the caller only.';
