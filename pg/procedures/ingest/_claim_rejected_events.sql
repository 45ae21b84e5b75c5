-- Locks the first open rejected events after a number that a filter means, and answers their numbers in order; passes over those that
-- somebody else is settling just now. Trusts the search_path.
-- Raises: U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360._claim_rejected_events(
    p_filter  c360.rejected_filter,
    p_after   bigint,
    p_limit   integer
)
    RETURNS bigint[]
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_ids bigint[];
BEGIN
    SELECT coalesce(array_agg(claimed.rejected_event_id ORDER BY claimed.rejected_event_id), '{}')
    INTO v_ids
    FROM (
        SELECT rejected.rejected_event_id
        FROM cdp_rejected_events AS rejected
        WHERE rejected.status = 'rejected'
          AND rejected.rejected_event_id > p_after
          AND c360._fits_filter(
              p_filter, rejected.rejected_event_id, rejected.code, rejected.source, rejected.message_id, rejected.received_at,
              rejected.payload
          )
        ORDER BY rejected.rejected_event_id
        LIMIT c360._checked_limit(p_limit, 10000)
        FOR UPDATE SKIP LOCKED
    ) AS claimed;

    RETURN v_ids;
END;
$$;

COMMENT ON FUNCTION c360._claim_rejected_events(c360.rejected_filter, bigint, integer) IS
    'Locks open rejected events that a filter means and nobody else is settling; answers their numbers.';
