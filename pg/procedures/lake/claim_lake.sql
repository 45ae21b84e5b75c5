-- Answers a tenant whose lake no worker took up for p_every, the one that waits longest, and notes that one did; NULL when there is none.
-- Whether somebody works on it now is not asked: hold_lake() refuses that. Tenants that are suspended wait until they are not.

CREATE OR REPLACE FUNCTION c360.claim_lake(p_every interval)
    RETURNS text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant text;
BEGIN
    UPDATE c360.lakes AS lake
    SET visited_at = clock_timestamp()
    WHERE lake.tenant = (
        SELECT due.tenant
        FROM c360.lakes AS due
        JOIN c360.tenants AS owner ON owner.tenant = due.tenant
        WHERE owner.status = 'active'
          AND (due.visited_at IS NULL OR due.visited_at <= clock_timestamp() - p_every)
        ORDER BY due.visited_at NULLS FIRST, due.tenant
        LIMIT 1
        FOR UPDATE OF due SKIP LOCKED
    )
    RETURNING lake.tenant
    INTO v_tenant;

    RETURN v_tenant;
END;
$$;

COMMENT ON FUNCTION c360.claim_lake(interval) IS
    'The next tenant whose lake a worker is to bring up to date.';
