-- Findings about servers of a provider, such as Amazon RDS and Aurora: extensions they do not let anybody make, logins with IAM that shut
-- people out. Safe to repeat; reads only.

CREATE OR REPLACE FUNCTION c360._doctor_hosted()
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH needed AS (
        SELECT
            wanted.name,
            EXISTS (SELECT FROM pg_extension WHERE extname = wanted.name) AS is_made,
            EXISTS (SELECT FROM pg_available_extensions AS known WHERE known.name = wanted.name)
                AND (
                    coalesce(nullif(current_setting('rds.allowed_extensions', true), ''), '*') = '*'
                    OR wanted.name = ANY (string_to_array(replace(current_setting('rds.allowed_extensions', true), ' ', ''), ','))
                ) AS is_allowed
        FROM unnest(ARRAY['fuzzystrmatch', 'pg_trgm', 'unaccent']::name[]) AS wanted (name)
    )
    SELECT
        CASE WHEN needed.is_made THEN 'warning' ELSE 'error' END,
        'extensions',
        CASE
            WHEN needed.is_made
                THEN format('Extension %s is here, but this server lets nobody make it: a copy, an upgrade or a restored dump would lack it.', needed.name)
            ELSE format('Extension %s is missing: who is who cannot be found out.', needed.name)
        END,
        CASE
            WHEN needed.is_allowed THEN format('CREATE EXTENSION %I SCHEMA c360_ext;', needed.name)
            ELSE 'Allow it: on RDS and Aurora in rds.allowed_extensions of the parameter group, elsewhere install contrib.'
        END
    FROM needed
    WHERE NOT (needed.is_made AND needed.is_allowed)

    UNION ALL
    SELECT
        'error',
        'roles',
        format('Role %s, which cannot log in, has rds_iam: whoever has that role cannot log in with a password any more.', member.rolname),
        format('Grant it to the logins themselves: REVOKE rds_iam FROM %I;', member.rolname)
    FROM pg_roles AS iam
    JOIN pg_auth_members AS grants ON grants.roleid = iam.oid
    JOIN pg_roles AS member ON member.oid = grants.member
    WHERE iam.rolname = 'rds_iam'
      AND NOT member.rolcanlogin

    UNION ALL
    SELECT
        'error',
        'roles',
        format('Login %s has rds_iam, and rds.force_ssl is off: its tokens may travel in the clear.', member.rolname),
        'Set rds.force_ssl = 1 in the parameter group.'
    FROM pg_roles AS iam
    JOIN pg_auth_members AS grants ON grants.roleid = iam.oid
    JOIN pg_roles AS member ON member.oid = grants.member
    WHERE iam.rolname = 'rds_iam'
      AND member.rolcanlogin
      AND current_setting('rds.force_ssl', true) IN ('0', 'off');
$$;

COMMENT ON FUNCTION c360._doctor_hosted() IS
    'Findings about what a provider of PostgreSQL leaves out, and about logins with IAM.';
