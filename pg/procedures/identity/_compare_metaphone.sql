-- Says whether two names in standard form sound alike in English: they share a code of double metaphone. NULL where one of
-- them is absent or has no code. Too coarse to decide alone; match rules do not let it. Raises nothing.

CREATE OR REPLACE FUNCTION c360._compare_metaphone(
    p_left  text,
    p_right text
)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT c360._sounds(p_left) && c360._sounds(p_right)
$$;

COMMENT ON FUNCTION c360._compare_metaphone(text, text) IS
    'Whether two names sound alike by double metaphone; NULL where one is absent or has no code.';
