-- A given name without what people spell one way or another: Erik and Eric, Stefan and Stephan, Sara and Sarah, Rajeev and Rajiv,
-- Tracey and Tracy, Billie and Billy, Lucas and Lukas, Elisabeth and Elizabeth; not Marie and Mary. For comparing only. Takes a word of
-- c360.normalise_name(). Raises nothing.

CREATE OR REPLACE FUNCTION c360._spelling(p_word text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_word text := translate(p_word, 'y', 'i');
BEGIN
    v_word := regexp_replace(v_word, 'ee|ei$|(?<=[^r])ie$', 'i', 'g');
    v_word := regexp_replace(v_word, 'oo|ou', 'u', 'g');
    v_word := regexp_replace(v_word, '(?<=[tkcgr])h|(?<=a)h$', '', 'g');
    v_word := replace(replace(v_word, 'ph', 'f'), 'x', 'ks');
    RETURN regexp_replace(translate(v_word, 'cqz', 'kks'), '(.)\1+', '\1', 'g');
END;
$$;

COMMENT ON FUNCTION c360._spelling(text) IS
    'A given name without what people spell one way or another.';
