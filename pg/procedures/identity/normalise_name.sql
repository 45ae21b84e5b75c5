-- Makes a name comparable, for matching and not for show: no accents, lower case, one space between words, no honorific
-- in front. Vietnamese letters become plain ones, đ included whatever the rules of unaccent say. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_name(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_value text := c360.present_text(p_value);
BEGIN
    v_value := lower(c360._unaccent(translate(v_value, 'đĐ', 'dD')));
    -- What unaccent leaves of combining marks, and all punctuation, is not part of a name.
    v_value := regexp_replace(v_value, U&'[\0300-\036F]', '', 'g');
    v_value := btrim(regexp_replace(v_value, '[^[:alnum:]]+', ' ', 'g'));
    v_value := regexp_replace(v_value, '^(mr|mrs|ms|miss|dr|prof|ong|ba|anh|chi) (?=\S+ \S)', '');
    RETURN nullif(v_value, '');
END;
$$;

COMMENT ON FUNCTION c360.normalise_name(text) IS
    'Comparable form of a name: without accents, case, punctuation and honorific.';
