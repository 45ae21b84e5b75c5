-- Says that a daemon goes to sleep and wants to be woken by NOTIFY, or that it is awake again.
-- Safe to repeat: without a change nothing is written. After p_awaited = true, look for work once more before sleeping.
-- Raises: U5001 bell_not_found

CREATE OR REPLACE FUNCTION c360.await_bell(
    p_bell    text,
    p_awaited boolean
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_is_awaited boolean;
BEGIN
    SELECT bell.is_awaited
    INTO v_is_awaited
    FROM c360.bells AS bell
    WHERE bell.bell = p_bell;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no bell "%"', p_bell
            USING ERRCODE = 'U5001',
                  HINT = 'The bells are relay, resolver and sync.';
    END IF;

    IF v_is_awaited = p_awaited THEN
        RETURN false;
    END IF;

    UPDATE c360.bells AS bell
    SET is_awaited = p_awaited
    WHERE bell.bell = p_bell
      AND bell.is_awaited <> p_awaited;

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.await_bell(text, boolean) IS
    'Asks producers to ring a bell at commit, or to stop; returns whether that changed anything.';
