-- Removes a month of events that the lake has, verified, a step at a time as retention does: visits of it go, what windows, last pages and
-- channels need of it is noted, and last the partition is dropped. In that transaction nobody can write to it any more, and what
-- it holds is counted and summed once again: with a row that came late, was changed or erased since it is refused, and
-- nothing is lost. p_keep: the newest months that are not dropped, the one that is not over among them. The oldest goes
-- first. Answers {has_more, cursor, row_count, is_postponed}; a dry run says how many rows would go.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460, U4463, U4465 of the lake, U4461 lake_invalid,
-- U4464 lake_differs, U4466 lake_month_kept, U2505 erasure_isolation

CREATE OR REPLACE FUNCTION c360.drop_lake_partition(
    p_tenant    text,
    p_epoch     bigint,
    p_partition text,
    p_keep      integer DEFAULT 3,
    p_dry_run   boolean DEFAULT false,
    p_limit     integer DEFAULT 1000,
    p_cursor    jsonb DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET lock_timeout = '1s'
AS $$
DECLARE
    v_lo      timestamptz;
    v_hi      timestamptz;
    v_table   text;
    v_older   text;
    v_is_full boolean;
    v_noted   bigint;
    v_count   bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_lake(p_tenant, p_epoch);
    SELECT bound.lo, bound.hi INTO v_lo, v_hi FROM c360._lake_bounds(p_partition) AS bound;

    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a month cannot be dropped at isolation level %', current_setting('transaction_isolation')
            USING ERRCODE = 'U2505',
                  HINT = 'Repeat it in a transaction at READ COMMITTED.';
    END IF;

    IF v_hi > date_trunc('month', now()) - make_interval(months => greatest(p_keep, 1) - 1) THEN
        RAISE EXCEPTION 'month % is one of the newest %, which stay', p_partition, greatest(p_keep, 1)
            USING ERRCODE = 'U4466',
                  HINT = 'Windows and scores read the events of the newest months. To keep fewer: --keep.';
    END IF;

    SELECT part.partition
    INTO v_table
    FROM c360._past_event_partitions(v_hi) AS part
    WHERE part.until = v_hi;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'PostgreSQL has no partition for month %', p_partition
            USING ERRCODE = 'U4461',
                  HINT = format('Its rows, if any, are in the default partition: SELECT tenant_%s.maintain_event_partitions();', p_tenant);
    END IF;

    FOR v_older IN
        SELECT part.partition
        FROM c360._past_event_partitions(v_lo) AS part
        ORDER BY part.until
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', v_older)
        INTO v_is_full;
        IF v_is_full THEN
            RAISE EXCEPTION 'month % is not the oldest: % is', p_partition, v_older
                USING ERRCODE = 'U4466',
                      HINT = 'What is noted of events that go is noted from the oldest on.';
        END IF;
    END LOOP;

    -- Before anything is done, and once more when nobody can write.
    IF p_cursor IS NULL THEN
        v_count := c360._check_lake_partition(p_tenant, p_partition);
        IF p_dry_run THEN
            RETURN jsonb_build_object('row_count', v_count);
        END IF;
    END IF;

    PERFORM c360._hold_lock(p_tenant, 'profiles');
    IF c360._remove_past_visits(v_hi, p_limit) > 0 THEN
        RETURN jsonb_build_object('has_more', true, 'cursor', coalesce(p_cursor, '{"noted": 0}'));
    END IF;

    v_noted := c360._note_past_observations(p_tenant, v_table, v_hi, coalesce((p_cursor ->> 'noted')::bigint, 0), p_limit);
    IF v_noted IS NOT NULL THEN
        RETURN jsonb_build_object('has_more', true, 'cursor', jsonb_build_object('noted', v_noted));
    END IF;

    -- Readers go on while the rows are summed; writers wait.
    EXECUTE format('LOCK TABLE %I IN SHARE MODE', v_table);
    v_count := c360._check_lake_partition(p_tenant, p_partition);
    EXECUTE format('DROP TABLE %I', v_table);

    UPDATE cdp_lake_files AS file
    SET state = 'dropped'
    WHERE file.table_name = 'events'
      AND file.partition = p_partition
      AND file.state = 'verified';

    UPDATE cdp_lake_partitions AS known
    SET state = 'dropped',
        dropped_at = clock_timestamp(),
        restored_at = NULL
    WHERE known.table_name = 'events'
      AND known.partition = p_partition;

    INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
    VALUES (c360._actor(), p_tenant, 'lake.dropped', p_partition, jsonb_build_object('rows', v_count));

    RETURN jsonb_build_object('has_more', false, 'row_count', v_count);
EXCEPTION
    WHEN lock_not_available THEN
        RETURN jsonb_build_object('has_more', false, 'is_postponed', true);
END;
$$;

COMMENT ON FUNCTION c360.drop_lake_partition(text, bigint, text, integer, boolean, integer, jsonb) IS
    'Removes a month of events that the lake has, after comparing it once again.';
