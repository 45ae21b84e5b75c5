-- Whether two words of names may be one word written twice: equal, in spelling or but for doubled letters; an initial; a short form that
-- people know (_name_roots), or cut off; two neighbouring letters swapped; or mistyped: one letter wrong, left out or too many (two from
-- eight letters on). Between given names what makes another name is no slip: Jr. and Sr., two words that both are names
-- (_is_given_name: Minh and Linh, Jayden and Kayden, Marion and Marian), a last vowel that is another or more (Paul and Paula, Rene and
-- Renee). Short words are slips only where one of them is a name and the other none: Jack and Jacl. Between family names beside the
-- same given name a slip is one, because no two persons of one household or office are told apart by it; only Vietnamese words that
-- begin otherwise are two. Words in the form of c360.normalise_name(). Raises nothing.

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
    v_one   text;
    v_other text;
    v_roots text;
    v_short integer;
    v_names integer := 0;
    v_is_near boolean;
    v_is_cut  boolean;
    v_one_is_syllable   boolean;
    v_other_is_syllable boolean;
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

    -- Doubled letters are one, but for a last vowel.
    v_one := regexp_replace(translate(p_one, 'y', 'i'), '(.)\1+(?!$)|([^aeo])\2+$', '\1\2', 'g');
    v_other := regexp_replace(translate(p_other, 'y', 'i'), '(.)\1+(?!$)|([^aeo])\2+$', '\1\2', 'g');
    IF v_one = v_other THEN
        -- Mai and May, Kai and Kay are two; Thuy and Thui, My and Mi are one.
        RETURN p_is_family OR length(v_one) > 4 OR (p_one ~ 'ay') = (p_other ~ 'ay');
    END IF;
    v_short := least(length(v_one), length(v_other));
    WHILE v_at <= v_short AND substr(v_one, v_at, 1) = substr(v_other, v_at, 1) LOOP
        v_at := v_at + 1;
    END LOOP;

    v_one_is_syllable := c360._is_syllable(translate(p_one, 'y', 'i'));
    v_other_is_syllable := c360._is_syllable(translate(p_other, 'y', 'i'));
    IF v_one_is_syllable AND v_other_is_syllable THEN
        RETURN p_is_family AND v_at > 1 AND v_short >= 3 AND c360._compare_levenshtein(v_one, v_other, 1);
    ELSIF NOT p_is_family AND c360._spelling(p_one) = c360._spelling(p_other) THEN
        RETURN true;
    END IF;

    v_is_near := c360._compare_levenshtein(v_one, v_other, 2);
    v_is_cut := v_at > v_short AND v_short >= 3 AND right(left(v_one, v_short), 1) !~ '[aeiou]'
        AND (p_is_family OR abs(length(p_one) - length(p_other)) > 1);
    IF NOT v_is_near AND NOT v_is_cut THEN
        RETURN false;
    ELSIF NOT p_is_family THEN
        v_names := (v_one_is_syllable OR c360._is_given_name(p_one))::integer + (v_other_is_syllable OR c360._is_given_name(p_other))::integer;
    END IF;

    IF v_is_cut THEN
        -- Joh and Johann are one, Stefan and Stefanie are two.
        RETURN v_names < 2
            OR substr(CASE WHEN length(v_one) > v_short THEN v_one ELSE v_other END, v_short + 1) !~ '^(ie|i?ne?|i[ae]|in[ae]|en[ae]|et[ae]|el[ae]|a|e)$';
    END IF;
    IF v_short >= 3 AND v_at < v_short
        AND substr(v_one, v_at, 2) = reverse(substr(v_other, v_at, 2)) AND substr(v_one, v_at + 2) = substr(v_other, v_at + 2)
    THEN
        RETURN p_is_family
            OR v_names < 2
            OR v_short > 4 AND v_at > 1 AND (right(v_one, 1) = 'a') = (right(v_other, 1) = 'a');
    ELSIF p_is_family THEN
        RETURN v_short >= 6 OR v_short >= 3 AND c360._compare_levenshtein(v_one, v_other, 1);
    ELSIF v_names = 2 OR v_short < 2
        OR length(v_one) = length(v_other) AND v_at = v_short AND right(p_one, 1) ~ '[aeio]' AND right(p_other, 1) ~ '[aeio]'
        OR v_at > v_short AND right(CASE WHEN length(v_one) > v_short THEN v_one ELSE v_other END, 1) ~ '[aeo]'
    THEN
        RETURN false;
    ELSIF c360._compare_levenshtein(v_one, v_other, 1) THEN
        RETURN v_short > 4
            OR v_short >= 3 AND v_names = 1
            OR v_one ~ '^[b-df-hj-np-tv-z]+$'
            OR v_other ~ '^[b-df-hj-np-tv-z]+$';
    END IF;
    RETURN v_short >= 8;
END;
$$;

COMMENT ON FUNCTION c360._is_same_word(text, text, boolean) IS
    'Whether two words of names are one word: equal, an initial, a short form or mistyped.';
