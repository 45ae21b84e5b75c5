-- Takes a lock of a tenant until the transaction ends, waiting for it. Several may share it; alone is the default.
-- Safe to repeat. The row of c360.locks is locked, not changed: no session but one with the rights of the owner can do that,
-- whereas an advisory lock is anybody's to take.

CREATE OR REPLACE FUNCTION c360._hold_lock(
    p_tenant    text,
    p_lock      text,
    p_is_shared boolean DEFAULT false
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The second time is for a tenant whose rows were never made: registered within this transaction, or restored.
    FOR v_try IN 1..2 LOOP
        IF p_is_shared THEN
            PERFORM
            FROM c360.locks AS lock
            WHERE lock.tenant = p_tenant
              AND lock.lock = p_lock
            FOR SHARE;
        ELSE
            PERFORM
            FROM c360.locks AS lock
            WHERE lock.tenant = p_tenant
              AND lock.lock = p_lock
            FOR UPDATE;
        END IF;
        EXIT WHEN FOUND OR v_try = 2;
        PERFORM c360._make_locks(p_tenant);
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._hold_lock(text, text, boolean) IS
    'Takes a lock of a tenant until the transaction ends, waiting for it.';
