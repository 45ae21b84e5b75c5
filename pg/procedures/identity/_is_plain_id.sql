-- Whether an identifier is as it should be already: c360.normalise_id() would give it back unchanged. Cheap; says false where in
-- doubt: texts that begin like a word that means absence, and those that may be a UUID in capital letters. Raises nothing.
-- In SQL and not STRICT, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._is_plain_id(p_value text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT p_value ~ '^([A-MO-TV-Za-mo-tv-z0-9]|[NUnu][B-HJ-MP-TV-Zb-hj-mp-tv-z0-9_-])[A-Za-z0-9_-]*$'
        AND (length(p_value) < 32 OR (length(p_value) <= 500 AND p_value !~ '[A-F]'))
$$;

COMMENT ON FUNCTION c360._is_plain_id(text) IS
    'Whether an identifier needs no normalising; false where in doubt.';
