-- Waits for an erasure that is under way in this tenant and holds the next one off until the transaction ends. To be called
-- before anything is written about a person, in a statement of its own: what follows then sees what was erased. Writers do
-- not wait for each other. A transaction whose snapshot is kept (repeatable read) and older than an erasure is refused,
-- because it would not see it. A tenant that was not synced since the upgrade cannot erase, and has nothing to wait for.
-- Trusts the search_path. Raises: 40001

CREATE OR REPLACE FUNCTION c360._hold_off_erasure()
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    IF to_regclass('cdp_erasure_keys') IS NULL THEN
        RETURN;
    END IF;

    LOCK TABLE cdp_erasure_keys IN ROW EXCLUSIVE MODE;

    IF current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM c360._erasure_key();
        PERFORM FROM cdp_erasure_keys FOR SHARE;
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._hold_off_erasure() IS
    'Lets recording and erasing take turns: waits for an erasure and holds the next one off.';
