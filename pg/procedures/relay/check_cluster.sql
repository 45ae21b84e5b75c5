-- Refuses to send on another server than the one the log was fanned out on: after a dump and restore, or a move by logical
-- replication, transaction ids start low again and the relay would wait for ever or send everything twice.
-- Safe to repeat; the first call ever remembers the server.
-- Raises: U5003 cluster_changed

CREATE OR REPLACE FUNCTION c360.check_cluster()
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tick      record;
    v_system_id text := c360._system_id();
BEGIN
    SELECT tick.done_snapshot, tick.system_id
    INTO STRICT v_tick
    FROM c360.ticks AS tick
    WHERE tick.tick = 'fan-out';

    IF v_tick.system_id <> v_system_id
        OR pg_snapshot_xmax(v_tick.done_snapshot) > pg_snapshot_xmax(pg_current_snapshot())
    THEN
        RAISE EXCEPTION 'this database was moved to another server since messages were last sent'
            USING ERRCODE = 'U5003',
                  DETAIL = format('Server %s, before %s; next transaction %s, fanned out up to %s.',
                                  coalesce(v_system_id, 'unknown'), coalesce(v_tick.system_id, 'unknown'),
                                  pg_snapshot_xmax(pg_current_snapshot()), pg_snapshot_xmax(v_tick.done_snapshot)),
                  HINT = 'Make sure that the old server sends no more, then SELECT c360.confirm_cluster();';
    END IF;

    IF v_tick.system_id IS NULL AND v_system_id IS NOT NULL THEN
        UPDATE c360.ticks AS tick
        SET system_id = v_system_id
        WHERE tick.tick = 'fan-out'
          AND tick.system_id IS NULL;
    END IF;
END;
$$;

COMMENT ON FUNCTION c360.check_cluster() IS
    'Raises an error when the database was restored or moved and nobody has confirmed that the relay may send here.';
