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
        RETURN lower(v_value);
    END IF;

    IF octet_length(v_value) <> length(v_value) THEN
        v_value := c360._unaccent(translate(v_value, 'đĐ', 'dD'));
        -- What unaccent leaves of combining marks is not part of a word.
        v_value := regexp_replace(normalize(v_value, NFD), U&'[\0300-\036F]', '', 'g');
        v_value := normalize(v_value, NFC);
    END IF;

    RETURN nullif(btrim(regexp_replace(lower(v_value), '[^[:alnum:]]+', ' ', 'g')), '');
END;
$$;

COMMENT ON FUNCTION c360.normalise_words(text) IS
    'Comparable form of words: without accents, case and punctuation; NULL when nothing is left.';
