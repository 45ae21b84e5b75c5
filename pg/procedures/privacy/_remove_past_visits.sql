-- Removes visits of which every event was received before a time, at most p_limit: they go with their events. Answers how many.
-- Trusts the search_path. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._remove_past_visits(p_before timestamptz, p_limit integer)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    v_removed bigint;
BEGIN
    IF to_regclass('cdp_visits') IS NULL THEN
        RETURN 0;
    END IF;

    DELETE FROM cdp_visits AS visit
    WHERE visit.entry_event_id IN (
        SELECT past.entry_event_id
        FROM cdp_visits AS past
        WHERE past.last_received_at < p_before
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    );
    GET DIAGNOSTICS v_removed = ROW_COUNT;

    RETURN v_removed;
END;
$$;

COMMENT ON FUNCTION c360._remove_past_visits(timestamptz, integer) IS
    'Removes visits whose events were received before a time.';
