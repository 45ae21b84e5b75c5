-- Refuses a month of events that PostgreSQL does not have exactly as the verified files do; answers its rows. Trusts the search_path.
-- Raises: U4464 lake_differs

CREATE OR REPLACE FUNCTION c360._check_lake_partition(p_tenant text, p_partition text)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    v_state  text;
    v_differ text;
    v_count  bigint;
BEGIN
    SELECT known.state
    INTO v_state
    FROM cdp_lake_partitions AS known
    WHERE known.table_name = 'events'
      AND known.partition = p_partition
    FOR UPDATE;

    IF v_state IS DISTINCT FROM 'verified' OR EXISTS (
        SELECT
        FROM cdp_lake_files AS file
        WHERE file.table_name = 'events'
          AND file.partition = p_partition
          AND (file.is_leaving OR file.state IN ('exporting', 'written'))
    ) THEN
        RAISE EXCEPTION 'month % of events is not verified: it is %', p_partition, coalesce(v_state, 'not in the lake')
            USING ERRCODE = 'U4464',
                  HINT = format('Export it first: c360 lake export %s', p_tenant);
    END IF;

    SELECT
        string_agg(
            format('%s: PostgreSQL has %s rows, the lake %s', coalesce(present.dt, stored.dt), coalesce(present.row_count, 0), coalesce(stored.row_count, 0)),
            '; ' ORDER BY coalesce(present.dt, stored.dt)
        ) FILTER (WHERE (present.row_count, present.checksum) IS DISTINCT FROM (stored.row_count, stored.checksum)),
        coalesce(sum(present.row_count), 0)
    INTO
        v_differ,
        v_count
    FROM c360.lake_days(p_tenant, 'events', p_partition) AS present
    FULL JOIN (
        SELECT
            file.dt,
            sum(file.row_count) AS row_count,
            sum(file.checksum) AS checksum
        FROM cdp_lake_files AS file
        WHERE file.table_name = 'events'
          AND file.partition = p_partition
          AND file.state = 'verified'
        GROUP BY file.dt
    ) AS stored ON stored.dt = present.dt;

    IF v_differ IS NOT NULL THEN
        RAISE EXCEPTION 'month % of events changed since it was verified', p_partition
            USING ERRCODE = 'U4464',
                  DETAIL = v_differ,
                  HINT = format('Export it again, which writes what is new: c360 lake export %s', p_tenant);
    END IF;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._check_lake_partition(text, text) IS
    'Refuses a month of events that PostgreSQL does not have exactly as the lake does.';
