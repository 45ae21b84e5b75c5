-- A SELECT over one partition of a table of the lake (p_partition 'all' for a table without months), where {day} stands for the day of
-- a row and kept for the row. p_days NULL: all of them. Reads only.
-- Raises: U4461 lake_invalid

CREATE OR REPLACE FUNCTION c360._lake_query(
    p_tenant    text,
    p_table     text,
    p_partition text,
    p_days      date[],
    p_selected  text,
    p_tail      text
)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_table record;
    v_scope text;
    v_lo    timestamptz;
    v_hi    timestamptz;
    v_day   text;
BEGIN
    v_table := c360._lake_table(p_tenant, p_table);
    v_scope := v_table.scope;

    IF v_table.time_column IS NULL THEN
        IF p_partition IS DISTINCT FROM 'all' THEN
            RAISE EXCEPTION 'table "%" of a lake has no partition "%"', p_table, coalesce(p_partition, 'NULL')
                USING ERRCODE = 'U4461',
                      HINT = 'It is kept whole: its only partition is all.';
        END IF;
        v_day := 'date ''1970-01-01''';
    ELSE
        SELECT bound.lo, bound.hi INTO v_lo, v_hi FROM c360._lake_bounds(p_partition) AS bound;
        v_day := format('(kept.%I AT TIME ZONE ''UTC'')::date', v_table.time_column);
        IF p_days IS NOT NULL THEN
            -- Between the first and the last: a few days of a month are found without all of it where an index can.
            v_lo := greatest(v_lo, (SELECT min(listed.day) FROM unnest(p_days) AS listed (day))::timestamp AT TIME ZONE 'UTC');
            v_hi := least(v_hi, ((SELECT max(listed.day) FROM unnest(p_days) AS listed (day)) + 1)::timestamp AT TIME ZONE 'UTC');
            v_scope := v_scope || format(' AND %s = ANY (%L::date[])', v_day, p_days);
        END IF;
        v_scope := v_scope || format(
            ' AND kept.%1$I >= %2$L::timestamptz AND kept.%1$I < %3$L::timestamptz', v_table.time_column, v_lo, v_hi
        );
    END IF;

    RETURN format(
        'SELECT %s FROM %s WHERE %s %s', replace(p_selected, '{day}', v_day), v_table.source, v_scope, replace(p_tail, '{day}', v_day)
    );
END;
$$;

COMMENT ON FUNCTION c360._lake_query(text, text, text, date[], text, text) IS
    'A SELECT over one partition of a table of the lake.';
