-- Hash by which an identifier is known as one that says yes or no. Pure.

CREATE OR REPLACE FUNCTION c360._subject_of(p_type text, p_value text)
    RETURNS uuid
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT encode(substr(sha256(convert_to(
        p_type || ':' || CASE p_type WHEN 'email' THEN lower(p_value) ELSE p_value END,
        'UTF8'
    )), 1, 16), 'hex')::uuid;
$$;

COMMENT ON FUNCTION c360._subject_of(text, text) IS
    'Hash by which an identifier is known as one that says yes or no.';
