-- Says in words how this place differs from the one the log was fanned out on: another server, timeline or database, or
-- transaction ids that are behind. NULL when nothing does; what is unknown on either side does not count. Reads only.

CREATE OR REPLACE FUNCTION c360._cluster_change()
    RETURNS text
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH place AS MATERIALIZED (
        SELECT
            c360._system_id() AS system_id,
            c360._timeline() AS timeline,
            (
                SELECT own.oid
                FROM pg_database AS own
                WHERE own.datname = current_database()
            ) AS database_id,
            pg_snapshot_xmax(pg_current_snapshot()) AS next_xid
    )
    SELECT format(
        'Server %s, before %s; timeline %s, before %s; database %s, before %s; next transaction %s, fanned out up to %s.',
        coalesce(place.system_id, 'unknown'), coalesce(tick.system_id, 'unknown'),
        coalesce(place.timeline, 'unknown'), coalesce(tick.timeline, 'unknown'),
        place.database_id, coalesce(tick.database_id::text, 'unknown'),
        place.next_xid, pg_snapshot_xmax(tick.done_snapshot)
    )
    FROM c360.ticks AS tick
    CROSS JOIN place
    WHERE tick.tick = 'fan-out'
      AND (
          tick.system_id <> place.system_id
          OR tick.timeline <> place.timeline
          OR tick.database_id <> place.database_id
          OR pg_snapshot_xmax(tick.done_snapshot) > place.next_xid
      );
$$;

COMMENT ON FUNCTION c360._cluster_change() IS
    'How this server, timeline or database differs from the one messages were last sent from; NULL when it does not.';
