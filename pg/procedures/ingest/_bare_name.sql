-- The name of a trait without case, blanks, punctuation and quotation marks, in plain letters, for comparing spellings: "E-Mail" and
-- "E_MAIL" are email. The same
-- as bare_name() of the control plane. Raises nothing. In SQL, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._bare_name(p_name text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT translate(c360._in_small_letters(c360._fold_forms(normalize(p_name, NFC))), E' \t\n\u00a0\u200b\ufeff_-./:()[]#*?!\'"`\u2018\u2019\u201c\u201d', '')
$$;

COMMENT ON FUNCTION c360._bare_name(text) IS
    'The name of a trait without case, blanks and punctuation.';
