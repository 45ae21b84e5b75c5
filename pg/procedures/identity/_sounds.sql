-- How a name sounds in English: its codes by double metaphone, one or two, each once; none where nothing can be said, as of
-- names in other scripts. Raises nothing. Built with the schema of the extension, wherever that is.

DO $$
BEGIN
    EXECUTE format(
        $function$
            CREATE OR REPLACE FUNCTION c360._sounds(p_name text)
                RETURNS text[]
                LANGUAGE sql
                IMMUTABLE
                PARALLEL SAFE
            AS $body$
                SELECT CASE
                    WHEN coalesce(%1$I.dmetaphone(p_name), '') = '' THEN NULL
                    WHEN %1$I.dmetaphone(p_name) = %1$I.dmetaphone_alt(p_name) THEN ARRAY[%1$I.dmetaphone(p_name)]
                    ELSE ARRAY[%1$I.dmetaphone(p_name), %1$I.dmetaphone_alt(p_name)]
                END
            $body$
        $function$,
        c360._extension_schema('fuzzystrmatch')
    );
END;
$$;

COMMENT ON FUNCTION c360._sounds(text) IS
    'Codes of a name by double metaphone; NULL where it has none.';
