-- An identifier of an observation as text, of several the first. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._first_text(p_value jsonb)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE jsonb_typeof(p_value) WHEN 'array' THEN p_value ->> 0 ELSE p_value #>> '{}' END;
$$;

COMMENT ON FUNCTION c360._first_text(jsonb) IS
    'An identifier as text, of several the first.';
