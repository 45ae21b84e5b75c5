-- Whether what finishes the sync of a tenant, in session p_pid, had better be cut off: it waits for others, and the tenant was changed again
-- meanwhile. Who waits for that change, in await_sync(), may be whom it waits for. Reads only.

CREATE OR REPLACE FUNCTION c360._sync_gives_way(
    p_tenant text,
    p_pid    integer
)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT
        FROM pg_stat_activity AS session
        WHERE session.pid = p_pid
          AND session.wait_event_type = 'Lock'
    ) AND EXISTS (
        SELECT
        FROM c360.sync_requests AS request
        WHERE request.tenant = p_tenant
    );
$$;

COMMENT ON FUNCTION c360._sync_gives_way(text, integer) IS
    'Whether the making of an index waits for others while its tenant was changed again.';
