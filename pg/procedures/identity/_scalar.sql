-- A single value out of JSON as text, a number however spelled as one (1001.0 and 1.001e3 are 1001); NULL for lists, objects and
-- null. In SQL and not STRICT, so that it becomes part of the expression that calls it. Raises nothing.

CREATE OR REPLACE FUNCTION c360._scalar(p_value jsonb)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN jsonb_typeof(p_value) IN ('string', 'boolean') THEN p_value #>> '{}'
        WHEN jsonb_typeof(p_value) = 'number' THEN trim_scale(p_value::numeric)::text
    END
$$;

COMMENT ON FUNCTION c360._scalar(jsonb) IS
    'Text of a JSON string, number or boolean.';
