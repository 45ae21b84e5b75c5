-- The present snapshot, in which this transaction is still to come. pg_current_snapshot() leaves the own transaction out of those in
-- progress; once a later one has ended it looks like one that has committed, and what it writes would count as done. A transaction
-- that has no id yet will get one beyond the snapshot. Reads only; raises nothing.

CREATE OR REPLACE FUNCTION c360._snapshot_without_self()
    RETURNS pg_snapshot
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_self     xid8 := pg_current_xact_id_if_assigned();
    v_snapshot pg_snapshot := pg_current_snapshot();
BEGIN
    IF v_self IS NULL OR NOT pg_visible_in_snapshot(v_self, v_snapshot) THEN
        RETURN v_snapshot;
    END IF;

    RETURN format(
        '%s:%s:%s',
        least(pg_snapshot_xmin(v_snapshot), v_self),
        pg_snapshot_xmax(v_snapshot),
        (
            SELECT string_agg(running.id::text, ',' ORDER BY running.id)
            FROM (
                SELECT pg_snapshot_xip(v_snapshot) AS id
                UNION
                SELECT v_self
            ) AS running
        )
    )::pg_snapshot;
END;
$$;

COMMENT ON FUNCTION c360._snapshot_without_self() IS
    'The present snapshot, in which the own transaction has not ended.';
