-- From when to when a partition of the lake reaches: a UTC month, by its name. Pure.
-- Raises: U4461 lake_invalid

CREATE OR REPLACE FUNCTION c360._lake_bounds(p_partition text, OUT lo timestamptz, OUT hi timestamptz)
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    v_number text[] := regexp_match(p_partition, '^y([1-9][0-9]{3})m(0[1-9]|1[0-2])$');
BEGIN
    IF v_number IS NULL THEN
        RAISE EXCEPTION '"%" is no partition of a lake', coalesce(p_partition, 'NULL')
            USING ERRCODE = 'U4461',
                  HINT = 'A month is written y2026m10.';
    END IF;

    lo := make_timestamptz(v_number[1]::integer, v_number[2]::integer, 1, 0, 0, 0, 'UTC');
    hi := lo + interval '1 month';
END;
$$;

COMMENT ON FUNCTION c360._lake_bounds(text) IS
    'From when to when a partition of the lake reaches.';
