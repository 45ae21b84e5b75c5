-- Notes how a sync ended: the requests it answered go, and with p_state waits what a person has to agree to stays.
-- p_is_finishing: whether indexes and golden records are still to follow; NULL leaves it as it is. The lease ends. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._settle_sync(
    p_tenant       text,
    p_requests     bigint[],
    p_state        text,
    p_plan         jsonb DEFAULT NULL,
    p_is_finishing boolean DEFAULT NULL
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM c360.sync_requests AS request
    WHERE request.tenant = p_tenant
      AND request.sync_request_id = ANY (p_requests);

    INSERT INTO c360.tenant_syncs AS sync (tenant, state, plan, synced_at, is_finishing)
    VALUES (
        p_tenant,
        p_state,
        p_plan,
        CASE WHEN p_state = 'current' THEN clock_timestamp() END,
        coalesce(p_is_finishing, false)
    )
    ON CONFLICT (tenant) DO UPDATE
    SET state = excluded.state,
        plan = excluded.plan,
        synced_at = coalesce(excluded.synced_at, sync.synced_at),
        is_finishing = coalesce(p_is_finishing, sync.is_finishing),
        rebuild_after = CASE WHEN coalesce(p_is_finishing, sync.is_finishing) THEN sync.rebuild_after END,
        error_code = NULL,
        error_hint = NULL,
        attempts = 0,
        retry_at = NULL,
        seconds = CASE WHEN sync.claimed_by IS NULL THEN sync.seconds ELSE extract(epoch FROM clock_timestamp() - sync.attempted_at) END,
        claimed_by = NULL,
        lease_until = NULL;
END;
$$;

COMMENT ON FUNCTION c360._settle_sync(text, bigint[], text, jsonb, boolean) IS
    'Notes that a sync is done, or waits for a person, and which requests that answers.';
