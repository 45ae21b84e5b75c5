-- Takes a lock of a tenant until the transaction ends if it is free; false at once if it is not. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._try_lock(p_tenant text, p_lock text)
    RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM
    FROM c360.locks AS lock
    WHERE lock.tenant = p_tenant
      AND lock.lock = p_lock
    FOR UPDATE SKIP LOCKED;
    IF FOUND THEN
        RETURN true;
    END IF;

    IF EXISTS (SELECT FROM c360.locks AS lock WHERE lock.tenant = p_tenant AND lock.lock = p_lock) THEN
        RETURN false;
    END IF;

    -- A tenant whose rows were never made.
    PERFORM c360._hold_lock(p_tenant, p_lock);
    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360._try_lock(text, text) IS
    'Takes a lock of a tenant unless somebody has it; returns whether it was free.';
