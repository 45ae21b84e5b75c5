-- Whether a text can name a purpose: letters, digits, _, . and -, at most 60, as consent tools write their categories. Pure.

CREATE OR REPLACE FUNCTION c360._is_purpose(p_name text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT length(p_name) <= 60 AND p_name COLLATE "C" ~ '^[A-Za-z0-9][A-Za-z0-9_.-]*$';
$$;

COMMENT ON FUNCTION c360._is_purpose(text) IS
    'Whether a text can name a purpose.';
