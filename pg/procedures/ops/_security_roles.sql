-- Findings of c360.doctor_security() about the database and its roles: temporary objects for everybody, roles that can do more than
-- they should, passwords in settings, extensions that reach out of the database. Reads only.

CREATE OR REPLACE FUNCTION c360._security_roles()
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH ours AS (
        SELECT role.*
        FROM pg_roles AS role
        WHERE role.rolname IN (
                'c360_owner', 'c360_gateway', 'c360_relay', 'c360_worker', 'c360_authenticator', 'c360_reader', 'c360_writer', 'c360_admin'
            )
           OR role.rolname IN (
                SELECT format('c360_%s_%s', known.tenant, kind.name)
                FROM c360.tenants AS known
                CROSS JOIN unnest('{reader,writer,admin,segments}'::text[]) AS kind (name)
            )
    )
    SELECT
        'error',
        'database',
        format('Everybody has %s on database %s.', granted.privilege_type, current_database()),
        format('As its owner: REVOKE %s ON DATABASE %I FROM PUBLIC;', granted.privilege_type, current_database())
    FROM pg_database AS here
    CROSS JOIN LATERAL aclexplode(coalesce(here.datacl, acldefault('d', here.datdba))) AS granted
    WHERE here.datname = current_database()
      AND granted.grantee = 0
      AND granted.privilege_type IN ('TEMPORARY', 'CREATE')

    UNION ALL
    SELECT
        'warning',
        'database',
        'Everybody may create objects in schema public.',
        'REVOKE CREATE ON SCHEMA public FROM PUBLIC;'
    FROM pg_namespace AS public
    CROSS JOIN LATERAL aclexplode(coalesce(public.nspacl, acldefault('n', public.nspowner))) AS granted
    WHERE public.nspname = 'public'
      AND granted.grantee = 0
      AND granted.privilege_type = 'CREATE'

    UNION ALL
    SELECT
        'error',
        'roles',
        format('Role %s is %s.', ours.rolname, attribute.name),
        format('ALTER ROLE %I %s;', ours.rolname, attribute.remedy)
    FROM ours
    CROSS JOIN LATERAL (
        VALUES
            (ours.rolsuper, 'a superuser', 'NOSUPERUSER'),
            (ours.rolbypassrls, 'exempt from row security', 'NOBYPASSRLS'),
            (ours.rolreplication, 'allowed to replicate', 'NOREPLICATION'),
            (ours.rolcreatedb, 'allowed to create databases', 'NOCREATEDB'),
            (ours.rolcreaterole AND ours.rolname <> 'c360_owner', 'allowed to create roles', 'NOCREATEROLE'),
            (ours.rolcanlogin AND ours.rolname NOT IN ('c360_gateway', 'c360_relay', 'c360_worker', 'c360_authenticator'),
                'allowed to log in', 'NOLOGIN'),
            (ours.rolinherit AND ours.rolname = 'c360_authenticator', 'inheriting the rights of every tenant', 'NOINHERIT')
    ) AS attribute (holds, name, remedy)
    WHERE attribute.holds

    UNION ALL
    SELECT
        'error',
        'roles',
        format('Role %s is a member of %s.', member.rolname, granted.rolname),
        format('REVOKE %I FROM %I;', granted.rolname, member.rolname)
    FROM pg_auth_members AS membership
    JOIN ours AS member ON member.oid = membership.member
    JOIN pg_roles AS granted ON granted.oid = membership.roleid
    WHERE NOT CASE
        WHEN member.rolname = 'c360_owner'
            THEN granted.rolname LIKE 'c360\_%'
        WHEN member.rolname = 'c360_authenticator'
            -- Roles are the server's: other databases have tenants too.
            THEN granted.rolname ~ '^c360_[a-z0-9_]+_(reader|writer|admin)$' AND NOT membership.inherit_option
        ELSE granted.rolname IN ('c360_reader', 'c360_writer', 'c360_admin')
            OR granted.rolname IN (
                regexp_replace(member.rolname, '_(writer|admin)$', '_reader'), regexp_replace(member.rolname, '_admin$', '_writer')
            )
    END

    UNION ALL
    SELECT
        'warning',
        'roles',
        format('%s may act as %s, which reaches every tenant.', member.rolname, granted.rolname),
        format('If that is not meant: REVOKE %I FROM %I;', granted.rolname, member.rolname)
    FROM pg_auth_members AS membership
    JOIN pg_roles AS granted ON granted.oid = membership.roleid
    JOIN pg_roles AS member ON member.oid = membership.member
    WHERE granted.rolname IN ('c360_owner', 'c360_worker', 'c360_authenticator')
      AND member.rolname <> 'c360_owner'
      AND NOT member.rolsuper
      AND NOT (granted.rolname = 'c360_owner' AND pg_has_role(
          member.oid, (SELECT here.datdba FROM pg_database AS here WHERE here.datname = current_database()), 'USAGE'
      ))

    UNION ALL
    SELECT
        'error',
        'settings',
        format('A setting of role %s holds a password: every login can read it.', coalesce(nullif(setting.setrole, 0)::regrole::text, 'all')),
        'ALTER ROLE ... RESET ...; and change the password.'
    FROM pg_db_role_setting AS setting
    WHERE EXISTS (
        SELECT
        FROM unnest(setting.setconfig) AS entry
        WHERE entry ~* '(password|passwd|secret|token|api_?key)[a-z_]*\s*=|://[^/@ ]+:[^/@ ]+@'
    )

    UNION ALL
    SELECT
        'warning',
        'extensions',
        format('Extension %s lets SQL reach out of the database.', extension.extname),
        format('If nobody needs it: DROP EXTENSION %I;', extension.extname)
    FROM pg_extension AS extension
    WHERE extension.extname IN (
        'dblink', 'postgres_fdw', 'file_fdw', 'adminpack', 'plpython3u', 'plperlu', 'pltclu', 'http', 'pg_net', 'aws_s3', 'aws_lambda'
    );
$$;

COMMENT ON FUNCTION c360._security_roles() IS 'Findings of c360.doctor_security() about the database and its roles.';
