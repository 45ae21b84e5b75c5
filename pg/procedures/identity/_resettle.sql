-- Partitions the whole components of these observations anew, and lets golden records, metrics, history and messages follow,
-- all in this transaction and by the way of every batch. p_decision, if given, is added to the reason of each version that
-- comes of it. Answers what became of the golden records, see _partition_changes.
-- Trusts the search_path and the resolver's lock. Raises: what the resolver would park.

CREATE OR REPLACE FUNCTION c360._resettle(
    p_tenant          text,
    p_raw_profile_ids bigint[],
    p_decision        jsonb DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_internal text := coalesce(current_setting('c360.internal_write', true), '');
    v_from     timestamptz := clock_timestamp();
    v_raw      bigint[];
    v_before   uuid[];
    v_queue    bigint[];
    v_answer   jsonb;
    v_changes  jsonb;
BEGIN
    SELECT
        member.raw_profile_ids,
        member.master_profile_ids
    INTO
        v_raw,
        v_before
    FROM c360._component_members(p_raw_profile_ids) AS member;

    WITH queued AS (
        INSERT INTO cdp_resolution_queue (raw_profile_id, needs_relink)
        SELECT
            DISTINCT wanted.raw_profile_id,
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
        RAISE EXCEPTION '%', v_answer ->> 'reason'
            USING ERRCODE = v_answer ->> 'code';
    END IF;

    v_changes := c360._partition_changes(v_raw, v_before);

    IF p_decision IS NOT NULL THEN
        UPDATE cdp_profile_history AS history
        SET reason = history.reason || jsonb_build_object('decision', p_decision)
        FROM (
            SELECT moved.profile ->> 'from_profile_id' AS id
            FROM jsonb_array_elements(v_changes -> 'moved') AS moved (profile)
            UNION
            SELECT moved.profile ->> 'to_profile_id'
            FROM jsonb_array_elements(v_changes -> 'moved') AS moved (profile)
        ) AS touched
        WHERE history.master_profile_id = touched.id::uuid
          AND history.valid_from >= v_from;
    END IF;

    RETURN v_changes;
END;
$$;

COMMENT ON FUNCTION c360._resettle(text, bigint[], jsonb) IS
    'Partitions components anew at once and answers what became of their golden records.';
