-- Makes one partition, moves into it what the default partition holds of its period, and attaches it. Answers how many
-- rows moved. The caller holds the locks; built beside the table and attached, because CREATE TABLE ... PARTITION OF
-- would lock out readers of all partitions. Session TimeZone is UTC.

CREATE OR REPLACE FUNCTION c360._make_partition(
    p_schema  text,
    p_table   text,
    p_column  text,
    p_name    text,
    p_from    timestamp,
    p_to      timestamp
)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    v_moved bigint;
BEGIN
    EXECUTE format(
        'CREATE TABLE %1$I.%2$I (LIKE %1$I.%3$I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE)',
        p_schema, p_name, p_table
    );
    EXECUTE format(
        'COMMENT ON TABLE %I.%I IS %L',
        p_schema, p_name, format('Partition of %s for [%s, %s) UTC.', p_table, p_from::date, p_to::date)
    );
    EXECUTE format(
        'WITH moved AS (
            DELETE FROM %1$I.%2$I AS stray
            WHERE stray.%3$I >= %4$L::timestamptz
              AND stray.%3$I < %5$L::timestamptz
            RETURNING stray.*
        )
        INSERT INTO %1$I.%6$I
        SELECT moved.*
        FROM moved',
        p_schema, p_table || '_default', p_column, p_from::timestamptz, p_to::timestamptz, p_name
    );
    GET DIAGNOSTICS v_moved = ROW_COUNT;

    EXECUTE format(
        'ALTER TABLE %1$I.%2$I ATTACH PARTITION %1$I.%3$I FOR VALUES FROM (%4$L) TO (%5$L)',
        p_schema, p_table, p_name, p_from::timestamptz, p_to::timestamptz
    );
    RETURN v_moved;
END;
$$;

COMMENT ON FUNCTION c360._make_partition(text, text, text, text, timestamp, timestamp) IS
    'Makes and attaches one partition, with the rows of its period out of the default partition.';
