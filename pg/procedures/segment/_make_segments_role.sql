-- Makes the role c360_<tenant>_segments, which the compiled conditions of a tenant run as: NOLOGIN, granted to nobody but the owner of
-- c360. Safe to repeat. Returns false, and changes nothing, where the installation may not create roles.

CREATE OR REPLACE FUNCTION c360._make_segments_role(p_tenant text)
    RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_role  text := format('c360_%s_segments', p_tenant);
    v_owner text := (SELECT shared.nspowner::regrole::text FROM pg_namespace AS shared WHERE shared.nspname = 'c360');
BEGIN
    IF to_regrole(quote_ident(v_role)) IS NULL THEN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolcreaterole)) THEN
            RETURN false;
        END IF;

        -- Roles belong to the cluster: a tenant of the same name in another database may be made at the same moment.
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL;
        END;
    END IF;

    IF NOT (SELECT member.rolsuper FROM pg_roles AS member WHERE member.oid = v_owner::regrole)
        AND NOT EXISTS (
            SELECT
            FROM pg_auth_members AS joined
            WHERE joined.roleid = to_regrole(quote_ident(v_role))
              AND joined.member = v_owner::regrole
              AND joined.inherit_option
              AND joined.set_option
        )
    THEN
        EXECUTE format('GRANT %I TO %s WITH INHERIT TRUE, SET TRUE', v_role, v_owner);
    END IF;

    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360._make_segments_role(text) IS
    'Creates the role that compiled conditions of a tenant run as; false where the installation may not create roles.';
