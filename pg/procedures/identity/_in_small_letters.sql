-- A text in small letters, the same under every locale of the database and every version of PostgreSQL: a dotted capital I of
-- Turkish is i, and sigma has one form. Raises nothing. In SQL, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._in_small_letters(p_text text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT lower(translate(p_text, 'İΣς', 'iσσ') COLLATE c360.letters)
$$;

COMMENT ON FUNCTION c360._in_small_letters(text) IS
    'A text in small letters, whatever the locale of the database.';
