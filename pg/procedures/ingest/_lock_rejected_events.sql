-- Locks the rejected events that are still open and answers their ids. Settled ones are left out, so that a second
-- redrive or discard of the same events does nothing.
-- Raises: U1404 rejected_event_not_found

CREATE OR REPLACE FUNCTION c360._lock_rejected_events(p_rejected_event_ids bigint[])
    RETURNS bigint[]
    LANGUAGE plpgsql
AS $$
DECLARE
    v_ids      bigint[];
    v_unknown  bigint[];
BEGIN
    SELECT array_agg(wanted.id ORDER BY wanted.id)
    INTO v_unknown
    FROM unnest(p_rejected_event_ids) AS wanted (id)
    WHERE NOT EXISTS (
        SELECT
        FROM cdp_rejected_events AS rejected
        WHERE rejected.rejected_event_id = wanted.id
    );

    IF v_unknown IS NOT NULL THEN
        RAISE EXCEPTION 'rejected event % does not exist', array_to_string(v_unknown, ', ')
            USING ERRCODE = 'U1404',
                  HINT = 'List them with rejected_events().';
    END IF;

    SELECT coalesce(array_agg(locked.rejected_event_id ORDER BY locked.rejected_event_id), '{}')
    INTO v_ids
    FROM (
        SELECT rejected.rejected_event_id
        FROM cdp_rejected_events AS rejected
        WHERE rejected.rejected_event_id = ANY (p_rejected_event_ids)
          AND rejected.status = 'rejected'
        ORDER BY rejected.rejected_event_id
        FOR UPDATE
    ) AS locked;

    RETURN v_ids;
END;
$$;

COMMENT ON FUNCTION c360._lock_rejected_events(bigint[]) IS
    'Locks rejected events that nobody has settled yet; answers their ids.';
