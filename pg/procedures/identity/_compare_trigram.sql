-- Says whether two texts in standard form share at least this part of their trigrams (0 to 1), as pg_trgm counts them.
-- NULL where one of them is absent. Raises nothing. Built with the schema of the extension, wherever that is.

DO $$
BEGIN
    EXECUTE format(
        $function$
            CREATE OR REPLACE FUNCTION c360._compare_trigram(
                p_left     text,
                p_right    text,
                p_at_least double precision DEFAULT 0.6
            )
                RETURNS boolean
                LANGUAGE sql
                IMMUTABLE
                PARALLEL SAFE
            AS $body$
                SELECT %I.similarity(p_left, p_right) >= p_at_least::real
            $body$
        $function$,
        c360._extension_schema('pg_trgm')
    );
END;
$$;

COMMENT ON FUNCTION c360._compare_trigram(text, text, double precision) IS
    'Whether two texts share at least this part of their trigrams; NULL where one is absent.';
