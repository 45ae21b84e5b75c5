-- Makes a name comparable, for matching and not for show: no accents, lower case, one space between words, no honorific
-- in front, no degree behind. Vietnamese letters become plain ones, đ included whatever the rules of unaccent say. Ông, bà, anh
-- and chị are honorifics before two words only: some of them are names. Jr. and Sr. stay, they tell two people apart.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_name(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_value text := c360.normalise_words(p_value);
BEGIN
    IF strpos(v_value, ' ') > 0 THEN
        v_value := regexp_replace(v_value, '^((mr|mrs|ms|mx|miss|mister|dr|prof|professor|herr|frau|mme|mlle) )+(?=\S)', '');
        v_value := regexp_replace(v_value, '^(ong|ba|anh|chi) (?=\S+ \S)', '');
        v_value := regexp_replace(v_value, '(?<=\S)( (phd|mba|esq))+$', '');
    END IF;
    RETURN v_value;
END;
$$;

COMMENT ON FUNCTION c360.normalise_name(text) IS
    'Comparable form of a name: without accents, case, punctuation and honorific.';
