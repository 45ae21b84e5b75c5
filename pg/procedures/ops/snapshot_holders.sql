-- Who keeps PostgreSQL from cleaning up dead rows of this database, oldest first: sessions with an old snapshot, standbys and replication
-- slots that ask for one, prepared transactions. transactions says how many have begun since; seconds for how long, NULL where nobody tells
-- (of slots, and of sessions of others to whoever has not pg_read_all_stats: so it runs as its caller). The longer, the slower queues and
-- claims become. Reads only.

CREATE OR REPLACE FUNCTION c360.snapshot_holders()
    RETURNS TABLE (kind text, pid integer, name text, state text, transactions bigint, seconds double precision)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT *
    FROM (
        SELECT
            CASE WHEN activity.backend_type = 'walsender' THEN 'standby' ELSE 'session' END AS kind,
            activity.pid,
            coalesce(nullif(activity.application_name, ''), 'no name') || coalesce(' of ' || activity.usename, '') AS name,
            activity.state,
            age(activity.backend_xmin)::bigint AS transactions,
            extract(epoch FROM clock_timestamp() - activity.xact_start)::double precision AS seconds
        FROM pg_stat_activity AS activity
        WHERE activity.backend_xmin IS NOT NULL
          AND activity.pid <> pg_backend_pid()
          AND (activity.datname = current_database() OR activity.backend_type = 'walsender')
          -- Cleaning does not hold itself back.
          AND activity.backend_type <> 'autovacuum worker'

        UNION ALL

        SELECT
            'slot',
            slot.active_pid,
            slot.slot_name,
            CASE WHEN slot.active THEN 'active' ELSE 'inactive' END,
            age(slot.xmin)::bigint,
            NULL
        FROM pg_replication_slots AS slot
        WHERE slot.xmin IS NOT NULL

        UNION ALL

        SELECT
            'prepared',
            NULL,
            prepared.gid,
            'prepared',
            age(prepared.transaction)::bigint,
            extract(epoch FROM clock_timestamp() - prepared.prepared)::double precision
        FROM pg_prepared_xacts AS prepared
        WHERE prepared.database = current_database()
    ) AS holder
    ORDER BY holder.transactions DESC, holder.seconds DESC NULLS LAST;
$$;

COMMENT ON FUNCTION c360.snapshot_holders() IS
    'Sessions, standbys, slots and prepared transactions that keep dead rows of this database from being cleaned up, oldest first.';
