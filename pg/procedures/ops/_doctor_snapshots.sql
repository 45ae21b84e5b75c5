-- The finding about who keeps dead rows from being cleaned up: the oldest alone, with its number of followers, when it is older than ten
-- minutes at p_now, or, of unknown age, than a million transactions. The setting c360.oldest_snapshot, such as '1 hour', takes the place
-- of the ten minutes: ALTER DATABASE ... SET. Reads only.

CREATE OR REPLACE FUNCTION c360._doctor_snapshots(p_now timestamptz)
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH bound AS (
        SELECT CASE WHEN pg_input_is_valid(stated.value, 'interval') THEN stated.value::interval ELSE interval '10 minutes' END AS most
        FROM (SELECT current_setting('c360.oldest_snapshot', true)) AS stated (value)
    ),
    old AS (
        SELECT
            holder.*,
            count(*) OVER () AS holders,
            row_number() OVER () AS place
        FROM bound
        CROSS JOIN c360.snapshot_holders() AS holder
        WHERE CASE WHEN holder.seconds IS NULL THEN holder.transactions > 1000000
              ELSE make_interval(secs => holder.seconds) + (p_now - clock_timestamp()) > bound.most END
    )
    SELECT
        'warning',
        'snapshots',
        format(
            'Dead rows cannot be cleaned up: %s %s holds a snapshot %s transactions old%s%s.',
            CASE old.kind
                WHEN 'session' THEN format('session %s', old.pid)
                WHEN 'standby' THEN format('the standby at process %s', old.pid)
                WHEN 'slot' THEN 'the replication slot'
                ELSE 'the prepared transaction'
            END,
            CASE WHEN old.kind IN ('slot', 'prepared') THEN quote_literal(old.name) ELSE format('(%s, %s)', old.name, coalesce(old.state, 'state unknown')) END,
            old.transactions,
            coalesce(format(', for %s minutes', round(old.seconds / 60)), ''),
            CASE WHEN old.holders > 1 THEN format('; %s more are old', old.holders - 1) ELSE '' END
        ),
        CASE old.kind
            WHEN 'session' THEN format('End it: SELECT pg_terminate_backend(%s); SELECT * FROM c360.snapshot_holders() lists all.', old.pid)
            WHEN 'standby' THEN 'End the long query there, or set hot_standby_feedback = off on it.'
            WHEN 'slot' THEN format('If nobody needs it any more: SELECT pg_drop_replication_slot(%L);', old.name)
            ELSE format('COMMIT PREPARED %1$L; or ROLLBACK PREPARED %1$L;', old.name)
        END
    FROM old
    WHERE old.place = 1;
$$;

COMMENT ON FUNCTION c360._doctor_snapshots(timestamptz) IS 'The finding of c360.doctor() about who holds the oldest snapshot.';
