-- Names as they are searched: plain small letters, a blank before every word. Cheap, because the index on names is only a hint and
-- each row it finds is looked at. It stands in an index of every tenant: whoever changes what it answers changes the number in
-- the template search_names, which makes the indexes anew. Raises nothing.

CREATE OR REPLACE FUNCTION c360._search_form(p_names text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ' ' || c360._in_small_letters(
        translate(c360._unaccent(translate(p_names, 'đĐ', 'dD')), E'-_.,;:/\\()[]{}<>|"''`´’‘“”&+*%?!#=~^@\t\r\n', repeat(' ', 40))
    );
$$;

COMMENT ON FUNCTION c360._search_form(text) IS
    'Names in plain small letters, a blank before every word.';
