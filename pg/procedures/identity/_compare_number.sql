-- Says whether two numbers differ by at most p_within, or by at most the share p_within_ratio of the one that is larger
-- without its sign. NULL where one of them is absent. Raises nothing.

CREATE OR REPLACE FUNCTION c360._compare_number(
    p_left         numeric,
    p_right        numeric,
    p_within       numeric DEFAULT NULL,
    p_within_ratio numeric DEFAULT NULL
)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT abs(p_left - p_right) <= coalesce(p_within, p_within_ratio * greatest(abs(p_left), abs(p_right)))
$$;

COMMENT ON FUNCTION c360._compare_number(numeric, numeric, numeric, numeric) IS
    'Whether two numbers are close, by difference or by share; NULL where one is absent.';
