-- The first day of which all events are kept, where those received before a time may have been removed. Pure, as far as time zones are.

CREATE OR REPLACE FUNCTION c360._first_funnel_day(p_kept_from timestamptz, p_zone text)
    RETURNS date
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ((p_kept_from AT TIME ZONE p_zone) + interval '1 day' - interval '1 microsecond')::date;
$$;

COMMENT ON FUNCTION c360._first_funnel_day(timestamptz, text) IS
    'The first day of which all events are kept.';
