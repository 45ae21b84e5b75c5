-- How many periods have ended until p_day since p_start; the end of a period belongs to the next. By the calendar: a month after the 31st of January is
-- the last of February. Pure.

CREATE OR REPLACE FUNCTION c360._whole_periods(p_start date, p_day date, p_period interval, p_period_days double precision)
    RETURNS integer
    LANGUAGE sql
    IMMUTABLE
AS $$
    SELECT coalesce(max(number.k), 0)
    FROM (SELECT floor((p_day - p_start) / p_period_days)::integer AS guess) AS about
    CROSS JOIN LATERAL generate_series(greatest(about.guess - 1, 0), about.guess + 1) AS number (k)
    WHERE (p_start + number.k * p_period)::date <= p_day;
$$;

COMMENT ON FUNCTION c360._whole_periods(date, date, interval, double precision) IS
    'How many periods have ended between two days.';
