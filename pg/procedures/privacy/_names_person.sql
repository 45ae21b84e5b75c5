-- Whether a text names one of these identifiers, given in small letters, as a word of its own: an@shop.vn is not in
-- mai.an@shop.vn, and u-1234567 not in u-12345678. Letters may be composed (NFC) or not. Pure.

CREATE OR REPLACE FUNCTION c360._names_person(p_text text, p_texts text[])
    RETURNS boolean
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text  text := c360._in_small_letters(p_text);
    v_named text;
BEGIN
    -- Composing letters takes long, and most identifiers have only plain ones.
    IF octet_length(v_text) > length(v_text) AND c360._has_letters_to_compose(p_texts) THEN
        v_text := normalize(v_text, NFC);
    END IF;

    FOREACH v_named IN ARRAY p_texts LOOP
        IF strpos(v_text, v_named) > 0 AND v_text COLLATE c360.letters ~ c360._whole_word(v_named) THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END;
$$;

COMMENT ON FUNCTION c360._names_person(text, text[]) IS
    'Whether a text holds one of several identifiers as a word.';
