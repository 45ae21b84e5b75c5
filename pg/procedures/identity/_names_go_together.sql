-- Whether two names may be one person's: every word of the shorter one is a word of the other, in any order; or they are the
-- same but for blanks; or the given names go together, and beside them the family names up to more slips, whichever of the two stands
-- first, or the days of birth, as after a marriage. Names in different scripts cannot be compared, and go together; so does a
-- name with none, and words such as "unknown" are none. Mr and Mrs are two. Names in the form of cdp_standard_profiles. Raises nothing.

CREATE OR REPLACE FUNCTION c360._names_go_together(
    p_given        text,
    p_family       text,
    p_day          date,
    p_other_given  text,
    p_other_family text,
    p_other_day    date
)
    RETURNS boolean
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    c_men    constant text[] := '{mr,mister,herr}';
    c_women  constant text[] := '{mrs,ms,miss,frau,mme,mlle}';
    c_nobody constant text[] := '{unknown,test,guest,customer,user,anonymous,noname}' || c_men || c_women;
    v_given        text[];
    v_family       text[];
    v_other_given  text[];
    v_other_family text[];
BEGIN
    IF p_given = p_other_given AND p_family = p_other_family
        OR (concat(p_given, p_family) ~ '[a-z]') <> (concat(p_other_given, p_other_family) ~ '[a-z]')
    THEN
        RETURN true;
    END IF;

    v_given := coalesce(string_to_array(nullif(p_given, ''), ' '), '{}');
    v_family := coalesce(string_to_array(nullif(p_family, ''), ' '), '{}');
    v_other_given := coalesce(string_to_array(nullif(p_other_given, ''), ' '), '{}');
    v_other_family := coalesce(string_to_array(nullif(p_other_family, ''), ' '), '{}');
    IF (v_given || v_family || v_other_given || v_other_family) && c_nobody THEN
        IF v_given && c_men AND v_other_given && c_women OR v_given && c_women AND v_other_given && c_men THEN
            RETURN false;
        END IF;
        v_given := ARRAY(SELECT word FROM unnest(v_given) WITH ORDINALITY AS said (word, place) WHERE word <> ALL (c_nobody) ORDER BY place);
        v_family := ARRAY(SELECT word FROM unnest(v_family) WITH ORDINALITY AS said (word, place) WHERE word <> ALL (c_nobody) ORDER BY place);
        v_other_given := ARRAY(SELECT word FROM unnest(v_other_given) WITH ORDINALITY AS said (word, place) WHERE word <> ALL (c_nobody) ORDER BY place);
        v_other_family := ARRAY(SELECT word FROM unnest(v_other_family) WITH ORDINALITY AS said (word, place) WHERE word <> ALL (c_nobody) ORDER BY place);
    END IF;

    RETURN (v_given || v_family) = '{}'
        OR (v_other_given || v_other_family) = '{}'
        OR c360._words_go_together(v_given || v_family, v_other_given || v_other_family)
        OR array_to_string(v_given || v_family, '') IN (
            array_to_string(v_other_given || v_other_family, ''), array_to_string(v_other_family || v_other_given, '')
        )
        OR (v_given = '{}' OR v_other_given = '{}') AND c360._words_go_together(v_family, v_other_family, true)
        OR c360._words_go_together(v_given, v_other_given) AND (
            c360._words_go_together(v_family, v_other_family, true)
            OR coalesce(NOT c360._dates_conflict(p_day, p_other_day), false)
        )
        OR c360._words_go_together(v_given, v_other_family) AND c360._words_go_together(v_family, v_other_given, true)
        OR c360._words_go_together(v_family, v_other_given) AND c360._words_go_together(v_given, v_other_family, true);
END;
$$;

COMMENT ON FUNCTION c360._names_go_together(text, text, date, text, text, date) IS
    'Whether two names, each with a day of birth or none, may be those of one person.';
