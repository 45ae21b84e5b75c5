-- Whether an e-mail address is as it should be already: c360.normalise_email() would give it back unchanged. Cheap; says
-- false where in doubt. Raises nothing. In SQL and not STRICT, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._is_plain_email(p_value text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT p_value ~ '^[a-z0-9._+-]+@([a-z0-9][a-z0-9-]*[.])+[a-z]{2,}$'
        AND length(p_value) <= 320
$$;

COMMENT ON FUNCTION c360._is_plain_email(text) IS
    'Whether an e-mail address needs no normalising; false where in doubt.';
