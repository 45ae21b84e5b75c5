-- The words of a text, or NULL where they repeat the name of the person: all words of the name are among them, or they are all
-- among the words of the name. Such a text is the name written once more, and would count it twice. A single word beside two
-- names is another matter, a birth place or an employer. All three in the form of c360.normalise_name(). Raises nothing.

CREATE OR REPLACE FUNCTION c360._beside_name(
    p_words  text,
    p_given  text,
    p_family text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_words text[];
    v_name  text[];
    v_both  boolean := p_given IS NOT NULL AND p_family IS NOT NULL;
BEGIN
    -- Most texts have neither, and are not taken apart.
    IF coalesce(strpos(p_words, p_family), 0) + coalesce(strpos(p_words, p_given), 0)
        + coalesce(strpos(p_given, p_words), 0) + coalesce(strpos(p_family, p_words), 0) = 0
    THEN
        RETURN p_words;
    END IF;

    v_words := string_to_array(p_words, ' ');
    v_name := string_to_array(concat_ws(' ', p_given, p_family), ' ');
    RETURN CASE
        WHEN v_both AND v_name <@ v_words THEN NULL
        WHEN v_words <@ v_name AND (cardinality(v_words) > 1 OR NOT v_both) THEN NULL
        ELSE p_words
    END;
END;
$$;

COMMENT ON FUNCTION c360._beside_name(text, text, text) IS
    'The words of a text, or NULL where they repeat the name.';
