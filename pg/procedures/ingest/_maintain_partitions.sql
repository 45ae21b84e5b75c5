-- Makes the partitions of a table by month or day (UTC), from p_at to p_at + p_ahead, and one for every period that has
-- rows in the default partition; those rows move. Safe to repeat: answers {created, moved}, zeros when nothing was due.
-- Writers wait while a partition is made, at p_lock_first, a table that they write before this one. So nobody deadlocks,
-- and nobody waits between choosing the default partition for a row and writing it there: such a row would be refused
-- once a partition for it is attached. Locks have a time-out, so that a long transaction delays the partition and not
-- everybody behind it: try again later (55P03). Makes at most 36 at a time; the next call goes on.

CREATE OR REPLACE FUNCTION c360._maintain_partitions(
    p_schema      text,
    p_table       text,
    p_column      text,
    p_unit        text,
    p_ahead       interval,
    p_at          timestamptz,
    p_lock_first  text
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET lock_timeout = '1s'
AS $$
DECLARE
    v_default  text := p_table || '_default';
    v_strays   timestamp[];
    v_period   record;
    v_created  integer := 0;
    v_moved    bigint := 0;
    -- Rows further away than this, or at infinity, stay in the default partition.
    v_reach    constant interval := interval '40 years';
    v_most     constant integer := 36;
BEGIN
    -- One at a time, or two would wait for each other's locks on the default partition. Readers and writers pass.
    EXECUTE format('LOCK TABLE ONLY %I.%I IN SHARE UPDATE EXCLUSIVE MODE', p_schema, p_table);

    EXECUTE format(
        'SELECT array_agg(DISTINCT date_trunc(%1$L, stray.%2$I::timestamp)) FROM %3$I.%4$I AS stray
         WHERE stray.%2$I BETWEEN $1 AND $2',
        p_unit, p_column, p_schema, v_default
    )
    INTO v_strays
    USING p_at - v_reach, p_at + v_reach;

    FOR v_period IN
        SELECT
            wanted.start,
            p_table || to_char(wanted.start, CASE p_unit WHEN 'month' THEN '"_y"YYYY"m"MM' ELSE '"_y"YYYY"m"MM"d"DD' END) AS name
        FROM (
            SELECT generate_series(
                date_trunc(p_unit, p_at::timestamp),
                (p_at + p_ahead)::timestamp,
                ('1 ' || p_unit)::interval
            )
            UNION
            SELECT unnest(v_strays)
        ) AS wanted (start)
        ORDER BY wanted.start
    LOOP
        CONTINUE WHEN to_regclass(format('%I.%I', p_schema, v_period.name)) IS NOT NULL;
        EXIT WHEN v_created = v_most;

        IF v_created = 0 THEN
            EXECUTE format('LOCK TABLE %I.%I IN SHARE ROW EXCLUSIVE MODE', p_schema, p_lock_first);
            EXECUTE format('LOCK TABLE %I.%I IN ACCESS EXCLUSIVE MODE', p_schema, v_default);
        END IF;

        v_moved := v_moved + c360._make_partition(
            p_schema, p_table, p_column, v_period.name, v_period.start, v_period.start + ('1 ' || p_unit)::interval
        );
        v_created := v_created + 1;
    END LOOP;

    RETURN jsonb_build_object('created', v_created, 'moved', v_moved);
END;
$$;

COMMENT ON FUNCTION c360._maintain_partitions(text, text, text, text, interval, timestamptz, text) IS
    'Makes partitions ahead of time and empties the default partition into proper ones.';
