-- Warns of people who are in the roles of a tenant that is just being made: roles belong to the cluster, and one may be left of an
-- earlier tenant or belong to a tenant of the same name in another database. Reads only; raises nothing.

CREATE OR REPLACE FUNCTION c360._name_early_members(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_roles  text[] := ARRAY(SELECT format('c360_%s_%s', p_tenant, kind) FROM unnest(ARRAY['reader', 'writer', 'admin']) AS kind);
    v_people text;
BEGIN
    SELECT string_agg(DISTINCT person.rolname, ', ')
    INTO v_people
    FROM pg_auth_members AS joined
    JOIN pg_roles AS role ON role.oid = joined.roleid
    JOIN pg_roles AS person ON person.oid = joined.member
    WHERE role.rolname = ANY (v_roles)
      AND person.rolname <> ALL (v_roles || ARRAY['c360_authenticator', current_user::text]);

    IF v_people IS NOT NULL THEN
        RAISE WARNING 'the roles of tenant % were there before and have members: %', p_tenant, v_people
            USING HINT = format('They are in this tenant now. To take somebody out: REVOKE %s FROM <role>;', array_to_string(v_roles, ', '));
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._name_early_members(text) IS
    'Warns of people who are in the roles of a tenant that is just being made.';
