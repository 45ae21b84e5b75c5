-- Whether the schema of a tenant follows its metadata; false while a worker is expected to see to it until p_until. What will not come by
-- waiting is raised at once: a person has to agree, it failed, it is turned off, or no worker is there. Reads only.
-- Raises: U4451 sync_waits, U4452 sync_failed, U4453 sync_not_done, U4454 sync_in_transaction

CREATE OR REPLACE FUNCTION c360._is_synced(
    p_tenant text,
    p_until  timestamptz
)
    RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_sync    jsonb := c360._sync_state(p_tenant);
    v_problem text;
BEGIN
    IF v_sync ->> 'state' = 'current' THEN
        RETURN true;
    END IF;

    IF v_sync ->> 'state' = 'waits' THEN
        RAISE EXCEPTION 'the sync of tenant "%" waits for somebody to agree', p_tenant
            USING ERRCODE = 'U4451',
                  DETAIL = v_sync #>> '{plan,detail}',
                  HINT = format('Look with: c360 tenant plan %s   and if it is meant: %s', p_tenant, v_sync #>> '{plan,confirm}');
    END IF;

    IF v_sync ->> 'state' = 'failed' THEN
        RAISE EXCEPTION 'the sync of tenant "%" failed with %', p_tenant, v_sync ->> 'error_code'
            USING ERRCODE = 'U4452',
                  DETAIL = format('It is tried again at %s.', v_sync ->> 'retry_at'),
                  HINT = coalesce(v_sync ->> 'error_hint', format('See the whole of it with: c360 tenant sync %s', p_tenant));
    END IF;

    IF EXISTS (
        SELECT
        FROM c360.sync_requests AS request
        WHERE request.tenant = p_tenant
          AND request.xmin = pg_current_xact_id_if_assigned()::xid
    ) THEN
        RAISE EXCEPTION 'the change of tenant "%" is not committed yet', p_tenant
            USING ERRCODE = 'U4454',
                  HINT = 'COMMIT, then wait: no worker sees a change before that.';
    END IF;

    v_problem := CASE
        WHEN NOT (v_sync -> 'auto_sync')::boolean THEN 'its automatic sync is turned off'
        WHEN NOT EXISTS (
            SELECT
            FROM c360.sync_workers AS known
            WHERE known.seen_at > clock_timestamp() - interval '15 seconds'
        ) THEN 'no worker that may sync is running'
        WHEN clock_timestamp() >= p_until THEN 'no worker came to it in time'
    END;

    IF v_problem IS NOT NULL THEN
        RAISE EXCEPTION 'tenant "%" is not in line with its metadata: %', p_tenant, v_problem
            USING ERRCODE = 'U4453',
                  HINT = format('Run: c360 tenant sync %s   or see which workers sync: c360 doctor', p_tenant);
    END IF;

    RETURN false;
END;
$$;

COMMENT ON FUNCTION c360._is_synced(text, timestamptz) IS
    'Whether a tenant is in line with its metadata; raises what waiting will not mend.';
