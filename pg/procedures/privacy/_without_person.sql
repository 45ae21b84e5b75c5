-- A text with these identifiers replaced by [erased] wherever one stands as a word of its own, in whatever case. In JSON it
-- stays JSON: the identifiers are written as JSON writes them. Where one has letters that can be written in two ways, the text
-- comes back with composed ones (NFC). Pure.

CREATE OR REPLACE FUNCTION c360._without_person(p_text text, p_texts text[])
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text  text := p_text;
    v_named text;
BEGIN
    IF octet_length(v_text) > length(v_text) AND c360._has_letters_to_compose(p_texts) THEN
        v_text := normalize(v_text, NFC);
    END IF;

    FOREACH v_named IN ARRAY p_texts LOOP
        IF strpos(lower(v_text), v_named) > 0 THEN
            v_text := regexp_replace(v_text, c360._whole_word(v_named), '[erased]', 'gi');
        END IF;
    END LOOP;
    RETURN v_text;
END;
$$;

COMMENT ON FUNCTION c360._without_person(text, text[]) IS
    'A text in which the identifiers of a person are replaced by [erased].';
