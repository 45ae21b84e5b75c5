-- Whether all words of a given name are known as names, initials aside: what is no slip. Those of Chinese, Japanese and Korean script are; no
-- list of them is kept. Takes a name of c360.normalise_name(). Raises nothing.

CREATE OR REPLACE FUNCTION c360._are_given_names(p_name text)
    RETURNS boolean
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
BEGIN
    RETURN NOT EXISTS (
        SELECT
        FROM unnest(string_to_array(p_name, ' ')) AS word
        WHERE length(word) > 1
          AND NOT c360._is_syllable(translate(word, 'y', 'i'))
          AND NOT c360._is_given_name(word)
          AND word !~ '[\u1100-\u11ff\u2e80-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]'
    );
END;
$$;

COMMENT ON FUNCTION c360._are_given_names(text) IS
    'Whether all words of a given name are known as names.';
