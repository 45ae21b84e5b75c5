-- Makes what was copied a part of the events again, if it has the rows and checksums of the ledger: as a partition, or into the one that late
-- rows made meanwhile. Everything that was worked out of these events had been kept and stays as it is. Answers the rows.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460, U4463, U4465 of the lake, U4461 lake_invalid, U4464 lake_differs;
-- 55P03 when a lock is not to be had in a second: try again later

CREATE OR REPLACE FUNCTION c360.finish_lake_restore(p_tenant text, p_epoch bigint, p_partition text)
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET lock_timeout = '1s'
AS $$
DECLARE
    v_schema text := 'tenant_' || p_tenant;
    v_name   text := 'cdp_behavioral_events_' || p_partition;
    v_lo     timestamptz;
    v_hi     timestamptz;
    v_count  bigint;
    v_differ text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_lake(p_tenant, p_epoch);
    PERFORM c360._check_lake_erasures(p_tenant);
    SELECT bound.lo, bound.hi INTO v_lo, v_hi FROM c360._lake_bounds(p_partition) AS bound;

    EXECUTE format(
        'WITH copied AS (
            SELECT
                (kept.received_at AT TIME ZONE ''UTC'')::date AS dt,
                count(*) AS row_count,
                sum(%s) AS checksum
            FROM %I.cdp_lake_restoring AS kept
            GROUP BY 1
        ), stored AS (
            SELECT
                file.dt,
                sum(file.row_count) AS row_count,
                sum(file.checksum) AS checksum
            FROM cdp_lake_files AS file
            WHERE file.table_name = ''events''
              AND file.partition = $1
              AND file.state = ''dropped''
            GROUP BY file.dt
        )
        SELECT
            string_agg(coalesce(copied.dt, stored.dt)::text, '', '' ORDER BY coalesce(copied.dt, stored.dt))
                FILTER (WHERE (copied.row_count, copied.checksum) IS DISTINCT FROM (stored.row_count, stored.checksum)),
            coalesce(sum(copied.row_count), 0)
        FROM copied
        FULL JOIN stored ON stored.dt = copied.dt',
        (c360._lake_texts(p_tenant, 'events')).number,
        v_schema
    )
    INTO v_differ, v_count
    USING p_partition;

    IF v_differ IS NOT NULL THEN
        RAISE EXCEPTION 'what was read of month % is not what the ledger says', p_partition
            USING ERRCODE = 'U4464',
                  DETAIL = 'Days: ' || v_differ,
                  HINT = format('Nothing was brought back. Find the file: c360 lake verify %s', p_tenant);
    END IF;

    IF to_regclass(format('%I.%I', v_schema, v_name)) IS NULL THEN
        EXECUTE format('ALTER TABLE %I.cdp_lake_restoring SET LOGGED', v_schema);
        -- PostgreSQL need not look through it again while others wait.
        EXECUTE format(
            'ALTER TABLE %I.cdp_lake_restoring ADD CONSTRAINT cdp_lake_restoring_check CHECK (received_at >= %L AND received_at < %L)',
            v_schema, v_lo, v_hi
        );
        EXECUTE format('ALTER TABLE %I.cdp_lake_restoring RENAME TO %I', v_schema, v_name);
        EXECUTE format(
            'COMMENT ON TABLE %I.%I IS %L',
            v_schema, v_name, format('Partition of cdp_behavioral_events for [%s, %s) UTC.', v_lo::date, v_hi::date)
        );
        -- In the order of maintain_event_partitions().
        EXECUTE format('LOCK TABLE ONLY %I.cdp_behavioral_events IN SHARE UPDATE EXCLUSIVE MODE', v_schema);
        EXECUTE format('LOCK TABLE %I.cdp_raw_profiles IN SHARE ROW EXCLUSIVE MODE', v_schema);
        EXECUTE format('LOCK TABLE %I.cdp_behavioral_events_default IN ACCESS EXCLUSIVE MODE', v_schema);
        EXECUTE format(
            'WITH moved AS (
                DELETE FROM %1$I.cdp_behavioral_events_default AS stray
                WHERE stray.received_at >= %3$L
                  AND stray.received_at < %4$L
                RETURNING stray.*
            )
            INSERT INTO %1$I.%2$I
            SELECT moved.*
            FROM moved',
            v_schema, v_name, v_lo, v_hi
        );
        EXECUTE format(
            'ALTER TABLE %1$I.cdp_behavioral_events ATTACH PARTITION %1$I.%2$I FOR VALUES FROM (%3$L) TO (%4$L)',
            v_schema, v_name, v_lo, v_hi
        );
        EXECUTE format('ALTER TABLE %I.%I DROP CONSTRAINT cdp_lake_restoring_check', v_schema, v_name);
    ELSE
        EXECUTE format('INSERT INTO %1$I.%2$I OVERRIDING SYSTEM VALUE SELECT kept.* FROM %1$I.cdp_lake_restoring AS kept', v_schema, v_name);
        EXECUTE format('DROP TABLE %I.cdp_lake_restoring', v_schema);
    END IF;

    UPDATE cdp_lake_files AS file
    SET state = 'verified'
    WHERE file.table_name = 'events'
      AND file.partition = p_partition
      AND file.state = 'dropped';

    UPDATE cdp_lake_partitions AS known
    SET state = CASE known.state WHEN 'dropped' THEN 'verified' ELSE known.state END,
        restored_at = clock_timestamp()
    WHERE known.table_name = 'events'
      AND known.partition = p_partition;

    INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
    VALUES (c360._actor(), p_tenant, 'lake.restored', p_partition, jsonb_build_object('rows', v_count));

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360.finish_lake_restore(text, bigint, text) IS
    'Makes a month of events that was copied out of the lake a partition again.';
