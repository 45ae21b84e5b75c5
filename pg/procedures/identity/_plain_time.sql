-- A text about a time in small letters, for c360._iso_time(): without accents, full-width forms and
-- kinds of dashes; CJK units and times without colons in the common spelling; one blank where there were several, none beside
-- a separator. The same in every locale. Raises nothing.

CREATE OR REPLACE FUNCTION c360._plain_time(p_text text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_text text := p_text;
BEGIN
    IF octet_length(v_text) <> length(v_text) THEN
        -- Hangul is taken apart with the accents, and put together again.
        v_text := normalize(regexp_replace(normalize(v_text, NFKD), U&'[\0300-\036F\200B-\200F\202A-\202E\2060\FEFF]', '', 'g'), NFKC);
        v_text := translate(c360._in_small_letters(c360._fold_forms(v_text)), 'ıłº°', 'il');
        v_text := regexp_replace(v_text, U&'([0-9]{4})\\s*[\5E74\B144]\\s*([0-9]{1,2})\\s*[\6708\C6D4]\\s*([0-9]{1,2})\\s*[\65E5\53F7\865F\C77C]?', '\1-\2-\3 ');
        v_text := regexp_replace(v_text, U&'([0-9]{1,2})\\s*[\6642\65F6\C2DC]\\s*([0-9]{1,2})\\s*[\5206\BD84](?:\\s*([0-9]{1,2})\\s*[\79D2\CD08])?', '\1:\2:\3');
        -- Morning and afternoon stand before the time.
        v_text := regexp_replace(v_text, U&'(?:\C624\C804|\4E0A\5348|\5348\524D)\\s*([0-9:]+)', '\1 am');
        v_text := regexp_replace(v_text, U&'(?:\C624\D6C4|\4E0B\5348|\5348\5F8C)\\s*([0-9:]+)', '\1 pm');
        v_text := regexp_replace(v_text, ':(?=\D|$)', '');
        v_text := regexp_replace(v_text, ':([0-9])(?=:|$|\s)', ':0\1', 'g');
    END IF;

    v_text := lower(v_text COLLATE "C");
    IF v_text ~ '\s\s|[^\S ]| [-/.]|[-/.] ' THEN
        v_text := regexp_replace(regexp_replace(v_text, '\s+', ' ', 'g'), ' ?([-/.]) ?(?=[0-9])', '\1', 'g');
    END IF;
    -- 19901205T143000, 1990-12-05T14, 19901205143000
    IF v_text ~ '^([0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2})(t[0-9]{2}|[0-9]{6})([0-9z+-]|$)' THEN
        v_text := regexp_replace(v_text, '^([0-9-]+[0-9])t([0-9]{2})(?=$|z|[-+])', '\1t\200');
        v_text := regexp_replace(v_text, '^([0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2})t?([0-9]{2})([0-9]{2})([0-9]{2})(?=$|z|[-+.,])', '\1t\2:\3:\4');
        v_text := regexp_replace(v_text, '^([0-9-]+)t([0-9]{2})([0-9]{2})(?=$|z|[-+])', '\1t\2:\3');
    END IF;

    RETURN btrim(v_text);
END;
$$;

COMMENT ON FUNCTION c360._plain_time(text) IS
    'A text about a time without accents, odd blanks and CJK units.';
