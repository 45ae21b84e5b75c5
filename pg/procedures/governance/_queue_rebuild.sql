-- Queues the next p_batch_size golden records that _begin_rebuild() asked for; answers whether there are more. A batch is a transaction.
-- Safe to repeat.

CREATE OR REPLACE FUNCTION c360._queue_rebuild(
    p_tenant     text,
    p_batch_size integer
)
    RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    v_after uuid;
    v_last  uuid;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    SELECT sync.rebuild_after
    INTO v_after
    FROM c360.tenant_syncs AS sync
    WHERE sync.tenant = p_tenant
    FOR UPDATE;

    IF v_after IS NULL THEN
        RETURN false;
    END IF;

    WITH queued AS (
        INSERT INTO cdp_resolution_queue (master_profile_id)
        SELECT next.master_profile_id
        FROM (
            SELECT
                golden.master_profile_id,
                golden.status
            FROM cdp_master_profiles AS golden
            WHERE golden.master_profile_id > v_after
            ORDER BY golden.master_profile_id
            LIMIT p_batch_size
        ) AS next
        WHERE next.status = 'active'
    )
    SELECT edge.master_profile_id
    INTO v_last
    FROM (
        SELECT golden.master_profile_id
        FROM cdp_master_profiles AS golden
        WHERE golden.master_profile_id > v_after
        ORDER BY golden.master_profile_id
        LIMIT p_batch_size
    ) AS edge
    ORDER BY edge.master_profile_id DESC
    LIMIT 1;

    UPDATE c360.tenant_syncs AS sync
    SET rebuild_after = v_last
    WHERE sync.tenant = p_tenant;

    RETURN v_last IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION c360._queue_rebuild(text, integer) IS
    'Queues the next golden records for new columns; answers whether there are more.';
