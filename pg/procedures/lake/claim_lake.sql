-- A tenant whose lake no worker took up for p_every, the one that waits longest, and notes that one did; no row when there is none.
-- is_first_of_day: nobody did on this day (UTC), or what the last one could not is to be tried again; then months that are proved are
-- compared too, which reads all their rows. Whether somebody works on it now is not asked: hold_lake() refuses that. Tenants that are
-- suspended wait until they are not.

CREATE OR REPLACE FUNCTION c360.claim_lake(p_every interval)
    RETURNS TABLE (tenant text, is_first_of_day boolean)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_lake record;
BEGIN
    SELECT due.*
    INTO v_lake
    FROM c360.lakes AS due
    JOIN c360.tenants AS owner ON owner.tenant = due.tenant
    WHERE owner.status = 'active'
      AND (due.visited_at IS NULL OR due.visited_at <= clock_timestamp() - p_every)
    ORDER BY due.visited_at NULLS FIRST, due.tenant
    LIMIT 1
    FOR NO KEY UPDATE OF due SKIP LOCKED;

    IF NOT FOUND THEN
        RETURN;
    END IF;

    UPDATE c360.lakes AS lake
    SET visited_at = clock_timestamp()
    WHERE lake.tenant = v_lake.tenant;

    RETURN QUERY
    SELECT
        v_lake.tenant,
        v_lake.problem IS NOT NULL
            OR v_lake.visited_at IS NULL
            OR (v_lake.visited_at AT TIME ZONE 'UTC')::date < (clock_timestamp() AT TIME ZONE 'UTC')::date;
END;
$$;

COMMENT ON FUNCTION c360.claim_lake(interval) IS
    'The next tenant whose lake a worker is to bring up to date.';
