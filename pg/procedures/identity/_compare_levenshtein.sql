-- Says whether at most so many letters have to be put in, left out or replaced to make one text in standard form the other.
-- NULL where one of them is absent or longer than 255 letters. Raises nothing. Built with the schema of the extension,
-- wherever that is.

DO $$
BEGIN
    EXECUTE format(
        $function$
            CREATE OR REPLACE FUNCTION c360._compare_levenshtein(
                p_left    text,
                p_right   text,
                p_at_most integer DEFAULT 1
            )
                RETURNS boolean
                LANGUAGE sql
                IMMUTABLE
                PARALLEL SAFE
            AS $body$
                SELECT CASE
                    WHEN length(p_left) <= 255 AND length(p_right) <= 255
                        THEN %I.levenshtein_less_equal(p_left, p_right, p_at_most) <= p_at_most
                END
            $body$
        $function$,
        c360._extension_schema('fuzzystrmatch')
    );
END;
$$;

COMMENT ON FUNCTION c360._compare_levenshtein(text, text, integer) IS
    'Whether two texts differ by at most so many letters; NULL where one is absent.';
