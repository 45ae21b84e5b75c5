-- A JSON number as numeric; NULL for everything else. In SQL and not STRICT, so that it becomes part of the expression that
-- calls it. Raises nothing.

CREATE OR REPLACE FUNCTION c360._number(p_value jsonb)
    RETURNS numeric
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE WHEN jsonb_typeof(p_value) = 'number' THEN p_value::numeric END
$$;

COMMENT ON FUNCTION c360._number(jsonb) IS
    'The number a JSON value is.';
