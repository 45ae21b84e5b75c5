-- Says whether two days are at most so many days apart or, where that is wanted, one is the other with day and month in
-- each other's place. NULL where one of them is absent. Raises nothing.

CREATE OR REPLACE FUNCTION c360._compare_date(
    p_left        date,
    p_right       date,
    p_within_days integer DEFAULT 0,
    p_swapped     boolean DEFAULT false
)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT abs(p_left - p_right) <= p_within_days
        OR (
            p_swapped
            AND date_part('year', p_left) = date_part('year', p_right)
            AND date_part('month', p_left) = date_part('day', p_right)
            AND date_part('day', p_left) = date_part('month', p_right)
        )
$$;

COMMENT ON FUNCTION c360._compare_date(date, date, integer, boolean) IS
    'Whether two days are close, or day and month changed places; NULL where one is absent.';
