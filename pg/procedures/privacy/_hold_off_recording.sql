-- Waits for everybody who is recording something in this tenant and keeps others out until the transaction ends. Waits two
-- seconds at most: whoever comes meanwhile waits too. Trusts the search_path. Raises: U2503 erasure_busy

CREATE OR REPLACE FUNCTION c360._hold_off_recording()
    RETURNS void
    LANGUAGE plpgsql
    SET lock_timeout = '2s'
AS $$
BEGIN
    LOCK TABLE cdp_erasure_keys IN EXCLUSIVE MODE;
EXCEPTION
    WHEN lock_not_available THEN
        RAISE EXCEPTION 'somebody is recording events and does not come to an end'
            USING ERRCODE = 'U2503',
                  DETAIL = 'An erasure waits two seconds for the transactions of others, so that nobody waits long for it.',
                  HINT = 'Repeat it. If it does not help: who has a lock on cdp_erasure_keys is in pg_locks.';
END;
$$;

COMMENT ON FUNCTION c360._hold_off_recording() IS
    'Keeps ingest and imports of a tenant out until the transaction ends.';
