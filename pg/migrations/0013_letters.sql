-- Why: what a name, a mail or a word is compared as must not depend on the locale a database was made with. One collation folds letters of
-- every script: PostgreSQL's own where it has one (17 and newer), else that of ICU, else that of the system.
-- Lock: none on tables; milliseconds. Raises: U9008 letters_unknown

DO $$
DECLARE
    v_ways constant text[] := ARRAY[
        $way$(PROVIDER = builtin, LOCALE = 'C.UTF-8')$way$,
        $way$(PROVIDER = icu, LOCALE = 'und')$way$,
        $way$(PROVIDER = libc, LOCALE = 'C.UTF-8')$way$,
        $way$(PROVIDER = libc, LOCALE = 'C.utf8')$way$,
        $way$(PROVIDER = libc, LOCALE = 'en_US.UTF-8')$way$
    ];
    v_folds boolean;
BEGIN
    IF pg_encoding_to_char((SELECT here.encoding FROM pg_database AS here WHERE here.datname = current_database())) <> 'UTF8' THEN
        RAISE EXCEPTION 'the encoding of the database is %', current_setting('server_encoding')
            USING ERRCODE = 'U9008',
                  HINT = 'Create the database with ENCODING ''UTF8'' and TEMPLATE template0.';
    END IF;

    FOR i IN 1 .. cardinality(v_ways) LOOP
        BEGIN
            EXECUTE 'CREATE COLLATION c360.letters ' || v_ways[i];
            EXECUTE $try$SELECT lower(U&'\0416\0110' COLLATE c360.letters) = U&'\0436\0111' AND U&'\738B' COLLATE c360.letters ~ '[[:alnum:]]'$try$
            INTO v_folds;
            IF v_folds THEN
                EXECUTE $say$COMMENT ON COLLATION c360.letters IS
                    'Folds letters and tells letters from signs, whatever the locale of the database.'$say$;
                RETURN;
            END IF;
            DROP COLLATION c360.letters;
        EXCEPTION
            WHEN invalid_parameter_value OR invalid_object_definition OR feature_not_supported OR syntax_error OR wrong_object_type
                OR undefined_object OR undefined_file THEN
                NULL;
        END;
    END LOOP;

    RAISE EXCEPTION 'the server has no locale that knows letters of every script'
        USING ERRCODE = 'U9008',
              HINT = 'Install a PostgreSQL 17 or newer, one built with ICU, or the locale C.UTF-8 on the server.';
END;
$$;
