-- Makes words comparable: no accents, lower case, letters and digits only, one space between words. Vietnamese letters become
-- plain ones, đ included whatever the rules of unaccent say. Text that is so already, as most is, leaves early.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_words(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_value text := c360.present_text(p_value);
BEGIN
    IF v_value ~ '^[A-Za-z0-9]+( [A-Za-z0-9]+)*$' THEN
        RETURN lower(v_value COLLATE "C");
    END IF;

    IF octet_length(v_value) <> length(v_value) THEN
        v_value := c360._unaccent(translate(c360._fold_forms(v_value), 'đĐ', 'dD'));
        -- What unaccent leaves of combining marks is not part of a word.
        v_value := regexp_replace(normalize(v_value, NFD), U&'[\0300-\036F]', '', 'g');
        v_value := normalize(v_value, NFC);
    END IF;

    -- Signs between letters are no letters where Indian and Thai vowels are written, but neither do they end a word.
    v_value := regexp_replace(
        c360._in_small_letters(v_value) COLLATE c360.letters,
        '[^[:alnum:]\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e\u0eb1-\u0ecd'
        '\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u3099\u309a]+',
        ' ',
        'g'
    );
    RETURN nullif(btrim(v_value), '');
END;
$$;

COMMENT ON FUNCTION c360.normalise_words(text) IS
    'Comparable form of words: without accents, case and punctuation; NULL when nothing is left.';
