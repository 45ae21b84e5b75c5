-- Grants the shared functions and the HTTP surface as c360.function_rights says, and takes every other grant on them away,
-- whoever made it: these functions do not ask who calls. Says which grants of others it took. Safe to repeat.

CREATE OR REPLACE PROCEDURE c360._apply_function_rights()
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_change record;
BEGIN
    FOR v_change IN
        SELECT
            difference.is_wanted,
            CASE difference.role WHEN 0 THEN 'PUBLIC' ELSE difference.role::regrole::text END AS role,
            string_agg(difference.function_oid::regprocedure::text, ', ') AS functions
        FROM c360._function_grant_differences() AS difference
        GROUP BY
            difference.is_wanted,
            difference.role
    LOOP
        IF v_change.is_wanted THEN
            EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %s', v_change.functions, v_change.role);
            CONTINUE;
        END IF;

        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM %s CASCADE', v_change.functions, v_change.role);
        IF v_change.role NOT LIKE 'c360\_%' AND v_change.role <> 'PUBLIC' THEN
            RAISE WARNING 'role % may no longer execute %', v_change.role, v_change.functions
                USING HINT = 'People call the functions of their tenant: grant them c360_<tenant>_reader, _writer or _admin.';
        END IF;
    END LOOP;
END;
$$;

COMMENT ON PROCEDURE c360._apply_function_rights() IS
    'Grants functions as the list of rights says and takes every other grant on them away.';
