-- Whether every word of the shorter list is a word of the longer one (_is_same_word), each of them once, in any order. False where one is
-- empty. Raises nothing.

CREATE OR REPLACE FUNCTION c360._words_go_together(
    p_one       text[],
    p_other     text[],
    p_is_family boolean DEFAULT false
)
    RETURNS boolean
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_words text[] := CASE WHEN cardinality(p_one) <= cardinality(p_other) THEN p_one ELSE p_other END;
    v_left  text[] := CASE WHEN cardinality(p_one) <= cardinality(p_other) THEN p_other ELSE p_one END;
    v_open  text[] := '{}';
    v_word  text;
    v_at    integer;
BEGIN
    -- Equal ones first, so that none of them is taken by one that is only alike.
    FOREACH v_word IN ARRAY v_words LOOP
        v_at := array_position(v_left, v_word);
        IF v_at IS NULL THEN
            v_open := v_open || v_word;
        ELSE
            v_left := v_left[:v_at - 1] || v_left[v_at + 1:];
        END IF;
    END LOOP;

    FOREACH v_word IN ARRAY v_open LOOP
        v_at := 1;
        WHILE v_at <= cardinality(v_left) AND NOT c360._is_same_word(v_word, v_left[v_at], p_is_family) LOOP
            v_at := v_at + 1;
        END LOOP;
        IF v_at > cardinality(v_left) THEN
            RETURN false;
        END IF;
        v_left := v_left[:v_at - 1] || v_left[v_at + 1:];
    END LOOP;
    RETURN cardinality(v_words) > 0;
END;
$$;

COMMENT ON FUNCTION c360._words_go_together(text[], text[], boolean) IS
    'Whether the words of one name are among those of another.';
