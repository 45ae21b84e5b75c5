-- Removes rejected events that were settled before a time, at most p_limit; a dry run counts them all. Trusts the search_path. Safe to
-- repeat.

CREATE OR REPLACE FUNCTION c360._retain_settled_events(
    p_before  timestamptz,
    p_dry_run boolean,
    p_limit   integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_removed bigint;
BEGIN
    IF p_dry_run THEN
        SELECT count(*)
        INTO v_removed
        FROM cdp_rejected_events AS rejected
        WHERE rejected.status <> 'rejected'
          AND rejected.settled_at < p_before;

        RETURN jsonb_build_object('removed', v_removed);
    END IF;

    DELETE FROM cdp_rejected_events AS rejected
    WHERE rejected.rejected_event_id IN (
        SELECT old.rejected_event_id
        FROM cdp_rejected_events AS old
        WHERE old.status <> 'rejected'
          AND old.settled_at < p_before
        ORDER BY old.settled_at
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    );
    GET DIAGNOSTICS v_removed = ROW_COUNT;

    RETURN jsonb_build_object('removed', v_removed, 'has_more', v_removed = p_limit);
END;
$$;

COMMENT ON FUNCTION c360._retain_settled_events(timestamptz, boolean, integer) IS
    'Removes rejected events that were settled before a time.';
