-- The days a report is asked for, first and last, both included: until today in the time zone of the tenant, and so many days, where
-- nothing is said. Reads only.
-- Raises: U4424 time_out_of_bounds, U4425 interval_out_of_bounds

CREATE OR REPLACE FUNCTION c360._report_range(
    p_tenant    text,
    p_from      date,
    p_to        date,
    p_days      integer,
    OUT first_day date,
    OUT last_day  date
)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    SELECT coalesce(p_to, (now() AT TIME ZONE tenant.time_zone)::date)
    INTO last_day
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    PERFORM c360._checked_time('p_to', last_day);
    PERFORM c360._checked_time('p_from', p_from);
    first_day := coalesce(p_from, last_day - p_days + 1);

    IF first_day > last_day THEN
        RAISE EXCEPTION 'a report cannot go from % to %', first_day, last_day
            USING ERRCODE = 'U4425',
                  HINT = 'Give the earlier day first.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._report_range(text, date, date, integer) IS
    'The days a report is asked for.';
