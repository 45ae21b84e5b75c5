-- Replaces the message ids of events of a person by keyed hashes: a late retry is still a duplicate, and an id that was made
-- of an address is gone. Answers how many. Trusts the search_path. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._forget_message_ids(p_raw_profile_ids bigint[])
    RETURNS bigint
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
BEGIN
    RETURN c360._forget_named_ids((
        SELECT coalesce(jsonb_agg(jsonb_build_object('source', event.source, 'message_id', event.message_id)), '[]')
        FROM cdp_behavioral_events AS event
        WHERE event.raw_profile_id = ANY (p_raw_profile_ids)
    ));
END;
$$;

COMMENT ON FUNCTION c360._forget_message_ids(bigint[]) IS
    'Keeps message ids of a person as keyed hashes only.';
