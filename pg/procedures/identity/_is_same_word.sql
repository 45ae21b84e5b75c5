-- Whether two words of names may be one word written twice: equal, doubled letters aside; an initial; a short form that people know
-- (_name_roots), or cut off; two neighbouring letters swapped; or mistyped: one letter wrong, left out or too many (two from eight letters on).
-- Between given names what makes another name is no slip: Jr. and Sr., two known names that share no root, two syllables as
-- Vietnamese names are made of (Minh and Linh, Thanh and Thang), a last vowel that is another or more (Mario and Maria, Paul
-- and Paula, Christian and Christina), a letter of four and less. Between family names beside the same given name it is one, because no
-- two persons of one household or office are told apart by it. Words in the form of c360.normalise_name(). Raises nothing.

CREATE OR REPLACE FUNCTION c360._is_same_word(
    p_one       text,
    p_other     text,
    p_is_family boolean
)
    RETURNS boolean
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    -- With y as i.
    c_syllable constant text := '^(b|ch?|d|gh?|gi|h|kh?|l|m|n|ngh?|nh|ph?|qu|r|s|t|th|tr|v|x)?'
        '((a|e|i|o|u|ie|oa|oe|ua|ue|ui|uie|uo)(ch?|m|ng?|nh|p|t)?|ai|ao|au|eo|eu|ia|ieu|iu|oai|oi|uai|uia|uoi|uou|uu)$';
    v_one   text;
    v_other text;
    v_roots text;
    v_short integer;
    v_syllables integer;
    v_at    integer := 1;
BEGIN
    IF p_one = p_other THEN
        RETURN true;
    ELSIF length(p_one) = 1 OR length(p_other) = 1 THEN
        RETURN left(p_one, 1) = left(p_other, 1)
            OR p_is_family AND greatest(length(p_one), length(p_other)) = 2 AND right(p_one, 1) = right(p_other, 1);
    ELSIF length(p_one) > 60 OR length(p_other) > 60 OR ARRAY[p_one, p_other] && '{jr,sr,ii,iii,iv}' THEN
        RETURN false;
    ELSIF concat(p_one, p_other) ~ '[\u1100-\u11ff\u2e80-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]' THEN
        -- One sign of Chinese, Japanese or Korean is a syllable, often the whole given name: another one is another name.
        RETURN false;
    END IF;

    IF NOT p_is_family THEN
        v_roots := c360._name_roots(p_one);
        IF v_roots IS NOT NULL AND c360._name_roots(p_other) IS NOT NULL THEN
            RETURN string_to_array(v_roots, '|') && string_to_array(c360._name_roots(p_other), '|');
        END IF;
    END IF;

    v_one := regexp_replace(translate(p_one, 'y', 'i'), '(.)\1+', '\1', 'g');
    v_other := regexp_replace(translate(p_other, 'y', 'i'), '(.)\1+', '\1', 'g');
    IF v_one = v_other THEN
        RETURN true;
    END IF;
    v_short := least(length(v_one), length(v_other));
    v_syllables := (v_one ~ c_syllable)::integer + (v_other ~ c_syllable)::integer;
    WHILE v_at <= v_short AND substr(v_one, v_at, 1) = substr(v_other, v_at, 1) LOOP
        v_at := v_at + 1;
    END LOOP;

    -- Cut short behind a consonant: Deb and Debby, Joh and John.
    IF v_at > v_short AND v_short >= 3 AND v_syllables < 2 AND right(left(v_one, v_short), 1) !~ '[aeiou]'
        AND (p_is_family OR abs(length(v_one) - length(v_other)) > 1 OR right(CASE WHEN length(v_one) > v_short THEN v_one ELSE v_other END, 1) !~ '[aeo]')
    THEN
        RETURN true;
    ELSIF NOT c360._compare_levenshtein(v_one, v_other, 2) THEN
        RETURN false;
    ELSIF v_short >= 3 AND v_at < v_short
        AND substr(v_one, v_at, 2) = reverse(substr(v_other, v_at, 2)) AND substr(v_one, v_at + 2) = substr(v_other, v_at + 2)
    THEN
        RETURN p_is_family OR (right(v_one, 1) = 'a') = (right(v_other, 1) = 'a');
    ELSIF p_is_family THEN
        RETURN v_short >= 6 OR v_short >= 3 AND c360._compare_levenshtein(v_one, v_other, 1);
    ELSIF v_short < 2
        OR length(v_one) = length(v_other) AND v_at = v_short AND right(p_one, 1) ~ '[aeio]' AND right(p_other, 1) ~ '[aeio]'
        OR v_at > v_short AND right(CASE WHEN length(v_one) > v_short THEN v_one ELSE v_other END, 1) ~ '[aeo]'
    THEN
        RETURN false;
    END IF;

    IF v_syllables = 2 THEN
        RETURN false;
    ELSIF c360._compare_levenshtein(v_one, v_other, 1) THEN
        -- Few letters are telling: Eric and Erik, not Mark and Mary; but Thu and Tgu, which is no syllable, and Mary and Msry.
        RETURN v_short > 4
            OR v_syllables = 1
            OR v_one !~ '[aeiou]'
            OR v_other !~ '[aeiou]'
            OR v_short = 3 AND length(v_one) <> length(v_other) AND (v_roots IS NOT NULL OR c360._name_roots(p_other) IS NOT NULL)
            OR v_short = 4 AND (
                length(v_one) <> length(v_other)
                OR v_at < v_short AND (v_roots IS NOT NULL OR c360._name_roots(p_other) IS NOT NULL)
                OR coalesce(c360._sounds(v_one) && c360._sounds(v_other), false)
            );
    END IF;
    RETURN v_short >= 8;
END;
$$;

COMMENT ON FUNCTION c360._is_same_word(text, text, boolean) IS
    'Whether two words of names are one word: equal, an initial, a short form or mistyped.';
