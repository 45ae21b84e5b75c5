-- Refuses to send from another place than the one the log was fanned out on. After a dump and restore, or a move by logical
-- replication, transaction ids start low again and the relay would wait for ever or send everything twice; a physical copy
-- or a copied database holds messages that the original sends as well.
-- Safe to repeat; the first call ever remembers the place.
-- Raises: U5003 cluster_changed

CREATE OR REPLACE FUNCTION c360.check_cluster()
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_change text := c360._cluster_change();
BEGIN
    IF v_change IS NOT NULL THEN
        RAISE EXCEPTION 'this database was copied or moved since messages were last sent'
            USING ERRCODE = 'U5003',
                  DETAIL = v_change,
                  HINT = 'Make sure that the old server sends no more, then SELECT c360.confirm_cluster();';
    END IF;

    UPDATE c360.ticks AS tick
    SET system_id = coalesce(tick.system_id, place.system_id),
        timeline = coalesce(tick.timeline, place.timeline),
        database_id = coalesce(tick.database_id, place.database_id)
    FROM (
        SELECT
            c360._system_id() AS system_id,
            c360._timeline() AS timeline,
            own.oid AS database_id
        FROM pg_database AS own
        WHERE own.datname = current_database()
    ) AS place
    WHERE tick.tick = 'fan-out'
      AND (
          (tick.system_id IS NULL AND place.system_id IS NOT NULL)
          OR (tick.timeline IS NULL AND place.timeline IS NOT NULL)
          OR tick.database_id IS NULL
      );
END;
$$;

COMMENT ON FUNCTION c360.check_cluster() IS
    'Raises an error when the database was copied, restored or moved and nobody has confirmed that the relay may send here.';
