-- Gives a tenant the functions its people call, as c360.function_rights lists them, each granted to exactly the role that takes
-- it; writer includes reader, and admin writer. Safe to repeat; without a change nothing is written. Part of every sync, and of
-- every installation for all tenants, so that an upgrade never leaves people without their functions.
-- Returns whether anything was changed; false for a tenant whose schema is not made yet.

CREATE OR REPLACE FUNCTION c360._renew_tenant_functions(p_tenant text)
    RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema   text := 'tenant_' || p_tenant;
    v_checksum text := c360._tenant_functions_checksum();
    v_kept     integer;
    v_sql      text;
BEGIN
    IF to_regnamespace(quote_ident(v_schema)) IS NULL OR EXISTS (
        SELECT
        FROM c360.tenant_releases AS release
        WHERE release.tenant = p_tenant
          AND release.template = 'functions'
          AND release.checksum = v_checksum
    ) THEN
        RETURN false;
    END IF;

    v_kept := c360._drop_outdated_tenant_functions(p_tenant);

    SELECT string_agg(format(made.definition, v_schema, p_tenant), '' ORDER BY made.function_name)
    INTO v_sql
    FROM c360._tenant_functions() AS made
    WHERE NOT EXISTS (
        SELECT
        FROM pg_proc AS kept
        WHERE kept.pronamespace = to_regnamespace(quote_ident(v_schema))
          AND kept.proname = made.function_name
          AND pg_get_function_arguments(kept.oid) <> made.arguments
    );
    EXECUTE v_sql;

    PERFORM c360._renew_tenant_copies(p_tenant);
    PERFORM c360._create_tenant_roles(p_tenant);
    PERFORM c360._grant_tenant_functions(p_tenant);

    IF v_kept = 0 THEN
        PERFORM c360._record_tenant_release(p_tenant, 'functions', v_checksum);
    END IF;
    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360._renew_tenant_functions(text) IS
    'Makes the functions for the people of a tenant what the list of rights says; false when they are already.';
