-- Whether a member of an event is absent: not there, null, or blank. Words for absence are something that was said and cannot be
-- read: a template that failed. In SQL and not STRICT, so that it becomes part of the expression that calls it. Raises nothing.

CREATE OR REPLACE FUNCTION c360._says_nothing(p_value jsonb)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT coalesce(jsonb_typeof(p_value) = 'null' OR (jsonb_typeof(p_value) = 'string' AND btrim(p_value #>> '{}', E' \t\r\n') = ''), true)
$$;

COMMENT ON FUNCTION c360._says_nothing(jsonb) IS
    'Whether a member of an event is not there, null or blank.';
