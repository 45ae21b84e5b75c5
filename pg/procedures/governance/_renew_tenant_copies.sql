-- Gives a tenant its copies of the shared functions that run for every request, and drops those with other arguments. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._renew_tenant_copies(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema    text := 'tenant_' || p_tenant;
    v_outdated  text;
    v_sql       text;
BEGIN
    FOR v_outdated IN
        SELECT present.oid::regprocedure::text
        FROM pg_proc AS present
        JOIN c360._tenant_copies() AS copied ON copied.function_name = present.proname
        WHERE present.pronamespace = to_regnamespace(quote_ident(v_schema))
          AND (
              copied.arguments <> pg_get_function_identity_arguments(present.oid)
              OR copied.result <> pg_get_function_result(present.oid)
          )
    LOOP
        EXECUTE format('DROP FUNCTION %s', v_outdated);
    END LOOP;

    SELECT string_agg(format(copied.definition, v_schema), '' ORDER BY copied.function_name)
    INTO v_sql
    FROM c360._tenant_copies() AS copied;
    EXECUTE v_sql;
END;
$$;

COMMENT ON FUNCTION c360._renew_tenant_copies(text) IS
    'Makes the copies of shared functions that a tenant has what they are in this release.';
