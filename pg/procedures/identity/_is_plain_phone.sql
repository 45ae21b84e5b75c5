-- Whether a phone number is in E.164 already: c360.normalise_phone() would give it back unchanged, whatever the country.
-- Cheap; says false where in doubt, as where the digits that follow the country code may be those dialled inside the
-- country. Raises nothing. In SQL and not STRICT, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._is_plain_phone(p_value text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT p_value ~ '^[+](1[0-9]{3}|[2-46-9][1-9]{3}|5[13-9][1-9]{2})[0-9]+$'
        AND length(p_value) BETWEEN 8 AND 16
$$;

COMMENT ON FUNCTION c360._is_plain_phone(text) IS
    'Whether a phone number needs no normalising; false where in doubt.';
