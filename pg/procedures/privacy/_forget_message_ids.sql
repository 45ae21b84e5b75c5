-- Replaces the message ids of events of a person by keyed hashes: a late retry is still a duplicate, and an id that was made
-- of an address is gone. Answers how many. Trusts the search_path. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._forget_message_ids(p_raw_profile_ids bigint[])
    RETURNS bigint
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_key   bytea := c360._erasure_key();
    v_count bigint;
BEGIN
    WITH gone AS (
        DELETE FROM cdp_event_ids AS known
        USING (
            SELECT
                event.source,
                event.message_id
            FROM cdp_behavioral_events AS event
            WHERE event.raw_profile_id = ANY (p_raw_profile_ids)
        ) AS event
        WHERE known.source = event.source
          AND known.message_id = event.message_id
        RETURNING
            known.source,
            known.message_id
    ),
    kept AS (
        INSERT INTO cdp_erased_event_ids (source, message_hash)
        SELECT
            gone.source,
            c360._keyed_hash(v_key, gone.message_id)
        FROM gone
        ON CONFLICT (source, message_hash) DO NOTHING
    )
    SELECT count(*)
    INTO v_count
    FROM gone;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._forget_message_ids(bigint[]) IS
    'Keeps message ids of a person as keyed hashes only.';
