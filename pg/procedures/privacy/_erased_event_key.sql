-- The key by which erased events are known, or NULL where there are none: then nothing has to be looked up.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erased_event_key()
    RETURNS bytea
    LANGUAGE plpgsql
AS $$
BEGIN
    -- A tenant that was not synced since the upgrade has no such table.
    IF to_regclass('cdp_erased_event_ids') IS NULL THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT FROM cdp_erased_event_ids) THEN
        RETURN NULL;
    END IF;

    RETURN c360._erasure_key();
END;
$$;

COMMENT ON FUNCTION c360._erased_event_key() IS
    'The key by which erased events are known, if there are any.';
