-- The last day before a window that ends with a day: '7 days' are that day and the six before. A window is whole days, because
-- events are counted by day: at least one, at most 100 years. Reads nothing.
-- Raises: U4425 interval_out_of_bounds

CREATE OR REPLACE FUNCTION c360._window_start(p_last date, p_window interval)
    RETURNS date
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_window < interval '1 day' OR p_window > interval '100 years' OR p_window <> date_trunc('day', p_window) THEN
        RAISE EXCEPTION 'a window of % cannot be counted', p_window
            USING ERRCODE = 'U4425',
                  HINT = 'Give whole days, weeks or months, such as 30 days.';
    END IF;

    RETURN (p_last - p_window)::date;
END;
$$;

COMMENT ON FUNCTION c360._window_start(date, interval) IS
    'The last day before a window of whole days.';
