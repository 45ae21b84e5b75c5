-- A regular expression for a text as a word of its own, where words are what addresses and ids are made of. To be matched with the
-- collation c360.letters, which knows letters of every script. Pure.

CREATE OR REPLACE FUNCTION c360._whole_word(p_text text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT '(?<![[:alnum:]._%+@-])' || regexp_replace(p_text COLLATE c360.letters, '(\W)', '\\\1', 'g') || '(?![[:alnum:]_@-]|\.[[:alnum:]])';
$$;

COMMENT ON FUNCTION c360._whole_word(text) IS
    'A pattern that finds a text only as a whole word.';
