-- Makes the partitions a dumped table had, from their names, so that its rows need not be moved out of the default partition
-- afterwards. Names that say no month or day are left out: their rows go to the default partition. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._restore_partitions(
    p_tenant     text,
    p_table      text,
    p_partitions text[]
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema text := 'tenant_' || p_tenant;
    v_column text;
    v_period record;
BEGIN
    SELECT attribute.attname
    INTO v_column
    FROM pg_partitioned_table AS divided
    JOIN pg_attribute AS attribute
        ON attribute.attrelid = divided.partrelid
        AND attribute.attnum = divided.partattrs[0]
    WHERE divided.partrelid = to_regclass(format('%I.%I', v_schema, p_table));

    IF NOT FOUND THEN
        RETURN;
    END IF;

    FOR v_period IN
        SELECT
            listed.name,
            make_date(part.number[1]::integer, part.number[2]::integer, coalesce(part.number[3], '1')::integer)::timestamp AS start,
            CASE WHEN part.number[3] IS NULL THEN interval '1 month' ELSE interval '1 day' END AS length
        FROM (
            SELECT DISTINCT given.name
            FROM unnest(p_partitions) AS given (name)
        ) AS listed
        CROSS JOIN LATERAL regexp_match(
            substr(listed.name, length(p_table) + 1), '^_y([1-9][0-9]{3})m(0[1-9]|1[0-2])(?:d([0-3][0-9]))?$'
        ) AS part (number)
        WHERE starts_with(listed.name, p_table)
          AND part.number IS NOT NULL
          AND to_regclass(format('%I.%I', v_schema, listed.name)) IS NULL
        ORDER BY listed.name
    LOOP
        PERFORM c360._make_partition(
            v_schema, p_table, v_column, v_period.name, v_period.start, v_period.start + v_period.length
        );
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._restore_partitions(text, text, text[]) IS
    'Makes the partitions of a dumped table before its rows are copied.';
