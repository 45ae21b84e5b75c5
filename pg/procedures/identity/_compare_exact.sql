-- Says whether two values in standard form are the same. NULL where one of them is absent: not known is not equal.
-- Raises nothing. In SQL, so that it becomes part of the rule that calls it; so with all comparisons.

CREATE OR REPLACE FUNCTION c360._compare_exact(
    p_left  text,
    p_right text
)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT p_left = p_right
$$;

COMMENT ON FUNCTION c360._compare_exact(text, text) IS
    'Whether two values in standard form are equal; NULL where one is absent.';
