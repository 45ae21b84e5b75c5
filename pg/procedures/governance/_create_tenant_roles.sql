-- Makes the roles c360_<tenant>_reader, _writer and _admin: NOLOGIN, granted to people; and _segments, which conditions run as. Admin includes writer includes
-- reader; each is a member of the group role that may execute the shared functions of its kind. c360_authenticator may become each. Safe to repeat. Returns false,
-- and changes nothing, where the installation may not create roles: then only the owner of c360 enters tenants.

CREATE OR REPLACE FUNCTION c360._create_tenant_roles(p_tenant text)
    RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind   text;
    v_role   text;
    v_member text;
BEGIN
    IF to_regrole('c360_reader') IS NULL
        OR NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolcreaterole))
    THEN
        RETURN false;
    END IF;

    FOREACH v_kind IN ARRAY ARRAY['reader', 'writer', 'admin'] LOOP
        v_role := format('c360_%s_%s', p_tenant, v_kind);

        -- Roles belong to the cluster: a tenant of the same name in another database may be made at the same moment.
        IF to_regrole(quote_ident(v_role)) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN
                    NULL;
            END;
        END IF;

        IF NOT pg_has_role(v_role, 'c360_' || v_kind, 'USAGE') THEN
            EXECUTE format('GRANT %I TO %I', 'c360_' || v_kind, v_role);
        END IF;

        IF v_member IS NOT NULL AND NOT pg_has_role(v_role, v_member, 'USAGE') THEN
            EXECUTE format('GRANT %I TO %I', v_member, v_role);
        END IF;

        -- PostgREST logs in as c360_authenticator, which has no right of its own and becomes the role that a token names.
        IF to_regrole('c360_authenticator') IS NOT NULL AND NOT pg_has_role('c360_authenticator', v_role, 'SET') THEN
            EXECUTE format('GRANT %I TO c360_authenticator WITH INHERIT FALSE, SET TRUE', v_role);
        END IF;

        v_member := v_role;
    END LOOP;

    RETURN c360._make_segments_role(p_tenant);
END;
$$;

COMMENT ON FUNCTION c360._create_tenant_roles(text) IS
    'Creates the roles of a tenant; false where the installation may not create roles.';
