-- Resolves the next observations of a tenant: links them, merges and splits golden records, rebuilds those affected,
-- writes history and messages. One transaction; what it claimed is deleted from the queue in the same one, so that a
-- crash leaves nothing behind and nothing is done twice. Call again while "remaining" is true.
-- A batch that fails is tried in halves; a row that fails alone is parked in cdp_resolution_failures and blocks nobody.
-- What it tells of a row is what c360.messages was where that row was queued, not what it is in the session that resolves: nobody can silence
-- what others wrote.
-- One resolver per tenant at a time: another one answers {"busy": true} at once and has claimed nothing.
-- The golden records depend on the observations alone, not on their order, the batch size or the number of resolvers.
-- Raises: U2400 batch_size_invalid, U2401 resolution_failing, U4404 tenant_not_found,
-- U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360.resolve_identities(
    p_tenant     text,
    p_batch_size integer DEFAULT 1000
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_internal text := coalesce(current_setting('c360.internal_write', true), '');
    v_session  text := coalesce(current_setting('c360.messages', true), '');
    v_queue    bigint[];
    v_mode     text;
    v_counts   jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    IF (p_batch_size BETWEEN 1 AND 1000000) IS NOT TRUE THEN
        RAISE EXCEPTION 'a batch of % cannot be resolved', coalesce(p_batch_size::text, 'NULL')
            USING ERRCODE = 'U2400',
                  HINT = 'Take a batch size between 1 and 1000000.';
    END IF;

    IF NOT c360._try_lock(p_tenant, 'resolver') THEN
        RETURN jsonb_build_object('claimed', 0, 'busy', true, 'remaining', true);
    END IF;

    -- From here on the rows say what is told; those that failed before are told whoever resolves.
    PERFORM set_config('c360.messages', 'all', true);
    PERFORM c360._requeue_failures(clock_timestamp());

    -- Oldest first; rows locked by others are left to them. What was loaded quietly is a batch of its own, told as its session said. By
    -- the whole row, because a tenant that was not synced since the upgrade has no such column.
    WITH next AS MATERIALIZED (
        SELECT
            work.queue_id,
            coalesce(to_jsonb(work.*) ->> 'messages', 'all') AS mode
        FROM cdp_resolution_queue AS work
        ORDER BY work.queue_id
        LIMIT p_batch_size
        FOR UPDATE SKIP LOCKED
    )
    SELECT
        coalesce(array_agg(next.queue_id ORDER BY next.queue_id), '{}'),
        min(next.mode)
    INTO
        v_queue,
        v_mode
    FROM next
    WHERE next.mode = (SELECT first.mode FROM next AS first ORDER BY first.queue_id LIMIT 1);
    PERFORM c360._queue_sessions(p_tenant, v_queue);
    PERFORM c360._fold_into_failures(v_queue);

    PERFORM set_config('c360.internal_write', 'on', true);
    PERFORM set_config('c360.messages', v_mode, true);
    v_counts := c360._resolve_in_parts(p_tenant, v_queue);
    PERFORM set_config('c360.internal_write', v_internal, true);
    PERFORM set_config('c360.messages', v_session, true);

    RETURN v_counts || jsonb_build_object(
        'claimed', cardinality(v_queue),
        'remaining', EXISTS (SELECT FROM cdp_resolution_queue)
    );
END;
$$;

COMMENT ON FUNCTION c360.resolve_identities(text, integer) IS
    'Resolves the next batch of observations into golden records; answers counts and whether work remains.';
