-- Drops those functions for the people of a tenant that are listed no longer or have other arguments than listed: they cannot be
-- replaced. One that something of a customer's is built on stays, with a warning, so that one tenant never stops an upgrade.
-- Returns how many stayed. Functions that are no listed ones (compiled, triggers, somebody else's) are left alone.

CREATE OR REPLACE FUNCTION c360._drop_outdated_tenant_functions(p_tenant text)
    RETURNS integer
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kept     integer := 0;
    v_outdated record;
BEGIN
    FOR v_outdated IN
        SELECT
            present.oid::regprocedure AS signature,
            listed.function_name IS NOT NULL AS is_listed
        FROM pg_proc AS present
        LEFT JOIN c360._tenant_functions() AS listed ON listed.function_name = present.proname
        WHERE present.pronamespace = to_regnamespace(quote_ident('tenant_' || p_tenant))
          AND pg_has_role(present.proowner, 'USAGE')
          AND strpos(present.prosrc, format(' c360.%I(', present.proname)) > 0
          AND (listed.arguments, listed.result)
              IS DISTINCT FROM (pg_get_function_arguments(present.oid), pg_get_function_result(present.oid))
    LOOP
        BEGIN
            EXECUTE format('DROP FUNCTION %s', v_outdated.signature);
        EXCEPTION
            WHEN dependent_objects_still_exist THEN
                v_kept := v_kept + 1;
                RAISE WARNING 'function % is outdated and stays, because something is built on it', v_outdated.signature
                    USING DETAIL = SQLERRM,
                          HINT = 'Drop what is built on it, then: c360 tenant sync ' || p_tenant;
        END;
    END LOOP;

    RETURN v_kept;
END;
$$;

COMMENT ON FUNCTION c360._drop_outdated_tenant_functions(text) IS
    'Drops functions for the people of a tenant that are not listed any more, or not like this.';
