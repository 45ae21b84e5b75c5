-- Begins to export one partition: compares what PostgreSQL has, day by day as lake_days() said under the snapshot that the rows will be
-- read by, with the ledger, and answers what is to be done: {state, days: [{dt, action, seq}], leftovers: [keys], gone: files}.
--   keep     the files say the same
--   write    there are no files, write all of the day
--   compare  they differ: rows that came late make a further file, anything else a new one in place of the others
--   rewrite  they were written before columns were added
-- A day that PostgreSQL keeps no longer while its files were verified is from now on the lake's alone: dropped. Purchases and links are never
-- removed for their age: their day goes from the lake too. Leftovers are files of a process
-- that did not finish: whoever writes the day again takes their numbers and their keys; what is not taken is to be deleted.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460, U4463, U4465 of the lake, U4461 lake_invalid

CREATE OR REPLACE FUNCTION c360.plan_lake_export(
    p_tenant      text,
    p_epoch       bigint,
    p_table       text,
    p_partition   text,
    p_schema_hash text,
    p_days        jsonb
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_state     text;
    v_plan      jsonb;
    v_leftovers jsonb;
    v_gone      bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_lake(p_tenant, p_epoch);
    PERFORM c360._lake_table(p_tenant, p_table);

    INSERT INTO cdp_lake_partitions AS known (table_name, partition, state, schema_hash)
    VALUES (p_table, p_partition, 'open', p_schema_hash)
    ON CONFLICT (table_name, partition) DO NOTHING;

    SELECT known.state
    INTO v_state
    FROM cdp_lake_partitions AS known
    WHERE known.table_name = p_table
      AND known.partition = p_partition
    FOR UPDATE;

    -- A day that was written whole before the process ended counts as it is; what is left of others is thrown away.
    WITH present AS (
        SELECT (day.dt)::date AS dt, day.row_count, day.checksum
        FROM jsonb_to_recordset(p_days) AS day (dt date, row_count bigint, checksum numeric)
    ), sums AS (
        SELECT
            file.dt,
            sum(file.row_count) FILTER (WHERE file.state IN ('written', 'verified') AND NOT file.is_leaving) AS row_count,
            sum(file.checksum) FILTER (WHERE file.state IN ('written', 'verified') AND NOT file.is_leaving) AS checksum
        FROM cdp_lake_files AS file
        WHERE file.table_name = p_table
          AND file.partition = p_partition
        GROUP BY file.dt
    ), unfinished AS (
        DELETE FROM cdp_lake_files AS file
        WHERE file.table_name = p_table
          AND file.partition = p_partition
          AND (
              file.state = 'exporting'
              OR (
                  file.state = 'written'
                  AND NOT EXISTS (
                      SELECT
                      FROM sums
                      JOIN present ON present.dt = sums.dt
                      WHERE sums.dt = file.dt
                        AND sums.row_count = present.row_count
                        AND sums.checksum = present.checksum
                  )
              )
          )
        RETURNING file.key
    )
    SELECT coalesce(jsonb_agg(unfinished.key ORDER BY unfinished.key), '[]')
    INTO v_leftovers
    FROM unfinished;

    UPDATE cdp_lake_files AS file
    SET is_leaving = false
    WHERE file.table_name = p_table
      AND file.partition = p_partition
      AND file.is_leaving
      AND NOT EXISTS (
          SELECT
          FROM cdp_lake_files AS other
          WHERE other.table_name = p_table
            AND other.partition = p_partition
            AND other.dt = file.dt
            AND other.state = 'written'
      );

    UPDATE cdp_lake_files AS file
    SET state = CASE WHEN p_table IN ('purchases', 'profile_links') THEN file.state ELSE 'dropped' END,
        is_leaving = p_table IN ('purchases', 'profile_links')
    WHERE file.table_name = p_table
      AND file.partition = p_partition
      AND file.state = 'verified'
      AND NOT EXISTS (
          SELECT
          FROM jsonb_to_recordset(p_days) AS day (dt date)
          WHERE day.dt = file.dt
      );
    GET DIAGNOSTICS v_gone = ROW_COUNT;

    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'dt', day.dt,
        'row_count', day.row_count,
        'checksum', day.checksum,
        'action', CASE
            WHEN live.row_count = day.row_count AND live.checksum = day.checksum AND live.is_current THEN 'keep'
            WHEN live.row_count IS NULL THEN 'write'
            -- Columns were added since: the day is written anew.
            WHEN NOT live.is_current THEN 'rewrite'
            ELSE 'compare'
        END,
        'seq', coalesce(live.last_seq, -1) + 1
    ) ORDER BY day.dt), '[]')
    INTO v_plan
    FROM jsonb_to_recordset(p_days) AS day (dt date, row_count bigint, checksum numeric)
    LEFT JOIN LATERAL (
        SELECT
            sum(file.row_count) FILTER (WHERE file.state IN ('written', 'verified') AND NOT file.is_leaving) AS row_count,
            sum(file.checksum) FILTER (WHERE file.state IN ('written', 'verified') AND NOT file.is_leaving) AS checksum,
            bool_and(file.schema_hash = p_schema_hash) FILTER (WHERE file.state IN ('written', 'verified') AND NOT file.is_leaving) AS is_current,
            max(file.seq) AS last_seq
        FROM cdp_lake_files AS file
        WHERE file.table_name = p_table
          AND file.partition = p_partition
          AND file.dt = day.dt
    ) AS live ON true;

    IF v_state NOT IN ('dropped', 'erasing') AND EXISTS (
        SELECT FROM jsonb_array_elements(v_plan) AS planned (day) WHERE planned.day ->> 'action' <> 'keep'
    ) THEN
        UPDATE cdp_lake_partitions AS known
        SET state = 'exporting',
            schema_hash = p_schema_hash
        WHERE known.table_name = p_table
          AND known.partition = p_partition;
    END IF;

    RETURN jsonb_build_object('state', v_state, 'days', v_plan, 'leftovers', v_leftovers, 'gone', v_gone);
END;
$$;

COMMENT ON FUNCTION c360.plan_lake_export(text, bigint, text, text, text, jsonb) IS
    'Begins to export a partition: what is to be written.';
