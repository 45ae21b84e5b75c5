-- Has the resolver partition the whole components of these observations anew at once, in this transaction and by the way of
-- every batch, and rebuild their golden records. Answers the counts of the batch.
-- What PostgreSQL said about a value may quote it, and a writer reads this error: the code is told, the sentence is not.
-- Trusts the search_path and the resolver's lock. Raises: what the resolver would park.

CREATE OR REPLACE FUNCTION c360._relink_now(
    p_tenant          text,
    p_raw_profile_ids bigint[]
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET jit = off
AS $$
DECLARE
    v_internal text := coalesce(current_setting('c360.internal_write', true), '');
    v_queue    bigint[];
    v_answer   jsonb;
BEGIN
    WITH queued AS (
        INSERT INTO cdp_resolution_queue (raw_profile_id, needs_relink)
        SELECT DISTINCT
            wanted.raw_profile_id,
            true
        FROM unnest(p_raw_profile_ids) AS wanted (raw_profile_id)
        RETURNING queue_id
    )
    SELECT array_agg(queued.queue_id ORDER BY queued.queue_id)
    INTO v_queue
    FROM queued;

    PERFORM set_config('c360.internal_write', 'on', true);
    v_answer := c360._try_resolution(p_tenant, v_queue);
    PERFORM set_config('c360.internal_write', v_internal, true);

    IF v_answer ? 'code' THEN
        RAISE EXCEPTION 'the golden records of these observations cannot be computed'
            USING ERRCODE = v_answer ->> 'code',
                  HINT = 'Nothing was changed; the code says what PostgreSQL refused.';
    END IF;
    RETURN v_answer;
END;
$$;

COMMENT ON FUNCTION c360._relink_now(text, bigint[]) IS
    'Partitions components anew at once; answers the counts of the batch.';
