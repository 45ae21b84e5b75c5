-- Whether a text is as it should be already: c360.present_text() would give it back unchanged, and it is no JSON list or
-- object. Cheap, so that most values need no call of a function; says false where in doubt: texts that are not ASCII, and
-- those that begin like a word that means absence. A text with white space inside may be plain. Raises nothing.
-- In SQL and not STRICT, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._is_plain(p_text text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT octet_length(p_text) = length(p_text)
        AND p_text = btrim(p_text, E' \t\r\n\f\x0B')
        AND p_text <> ''
        AND (
            strpos('abcdefghijklmopqrstvwxyzABCDEFGHIJKLMOPQRSTVWXYZ0123456789+', left(p_text, 1)) > 0
            OR p_text ~ '^[NUnu][B-HJ-MP-TV-Zb-hj-mp-tv-z]'
        )
$$;

COMMENT ON FUNCTION c360._is_plain(text) IS
    'Whether a text needs no tidying; false where in doubt.';
