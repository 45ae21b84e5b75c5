-- Removes a role of a tenant that is dropped. A role that something in this database still names (anybody can grant it a right on
-- a table of their own) cannot be dropped: it loses its name and what c360 granted it, so that a later tenant of the same name has
-- new roles, without the people of the old one. A role that another database of the cluster uses stays, because that may be a tenant
-- of the same name; a warning names its members. Safe to repeat. Raises nothing where the installation may not create roles.

CREATE OR REPLACE FUNCTION c360._drop_tenant_role(p_role name)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_role  oid := to_regrole(quote_ident(p_role));
    v_other text;
BEGIN
    IF v_role IS NULL THEN
        RETURN;
    END IF;

    BEGIN
        EXECUTE format('DROP ROLE %I', p_role);
        RETURN;
    EXCEPTION
        WHEN dependent_objects_still_exist OR insufficient_privilege THEN
            NULL;
    END;

    IF NOT EXISTS (
        SELECT
        FROM pg_shdepend AS used
        WHERE used.refclassid = 'pg_authid'::regclass
          AND used.refobjid = v_role
          AND used.dbid NOT IN (0, (SELECT own.oid FROM pg_database AS own WHERE own.datname = current_database()))
    ) THEN
        FOR v_other IN
            SELECT joined.roleid::regrole::text
            FROM pg_auth_members AS joined
            WHERE joined.member = v_role
              AND joined.grantor = (SELECT own.oid FROM pg_roles AS own WHERE own.rolname = current_user)
        LOOP
            EXECUTE format('REVOKE %s FROM %I', v_other, p_role);
        END LOOP;

        IF EXISTS (SELECT FROM pg_auth_members WHERE roleid = v_role AND member = to_regrole('c360_authenticator')) THEN
            EXECUTE format('REVOKE %I FROM c360_authenticator', p_role);
        END IF;

        EXECUTE format('ALTER ROLE %I RENAME TO %I', p_role, 'c360_dropped_' || v_role);
        RAISE WARNING 'role % is still used in this database and is now called c360_dropped_%', p_role, v_role
            USING HINT = format('To remove it: DROP OWNED BY c360_dropped_%s; DROP ROLE c360_dropped_%1$s', v_role);
        RETURN;
    END IF;

    RAISE WARNING 'role % is used in another database and stays', p_role
        USING DETAIL = format(
                  'Members: %s.',
                  (
                      SELECT string_agg(joined.member::regrole::text, ', ' ORDER BY joined.member::regrole::text)
                      FROM pg_auth_members AS joined
                      WHERE joined.roleid = v_role
                  )
              ),
              HINT = 'They would be in a new tenant of this name. Take the role away from them if no other database has one.';
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE WARNING 'role % cannot be removed', p_role
            USING HINT = 'Its members would be in a new tenant of this name: let a superuser drop it.';
END;
$$;

COMMENT ON FUNCTION c360._drop_tenant_role(name) IS
    'Drops a role of a tenant, or takes its name and rights away where something still names it.';
