-- A text with these identifiers, given in small letters, replaced by [erased] wherever one stands as a word of its own, in whatever
-- case. In JSON it stays JSON: the identifiers are written as JSON writes them. Where one has letters that can be written in two
-- ways, the text comes back with composed ones (NFC). Pure.

CREATE OR REPLACE FUNCTION c360._without_person(p_text text, p_texts text[])
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text  text := p_text;
    v_small text;
    v_named text;
    v_word  text;
    v_place integer;
BEGIN
    IF octet_length(v_text) > length(v_text) AND c360._has_letters_to_compose(p_texts) THEN
        v_text := normalize(v_text, NFC);
    END IF;
    -- Letter by letter the same text: a pattern without case would know the capitals of the locale alone.
    v_small := c360._in_small_letters(v_text);

    FOREACH v_named IN ARRAY p_texts LOOP
        CONTINUE WHEN strpos(v_small, v_named) = 0;
        v_word := c360._whole_word(v_named);
        v_place := 1;
        LOOP
            v_place := regexp_instr(v_small COLLATE c360.letters, v_word, v_place);
            EXIT WHEN v_place = 0;
            v_text := overlay(v_text PLACING '[erased]' FROM v_place FOR length(v_named));
            v_small := overlay(v_small PLACING '[erased]' FROM v_place FOR length(v_named));
            v_place := v_place + length('[erased]');
        END LOOP;
    END LOOP;
    RETURN v_text;
END;
$$;

COMMENT ON FUNCTION c360._without_person(text, text[]) IS
    'A text in which the identifiers of a person are replaced by [erased].';
