-- Says whether a role may read, write or administer a tenant. Reads only; false for an unknown tenant or role.
-- Superusers, members of the owner of schema c360 and members of c360_worker may do everything in every tenant;
-- everybody else needs c360_<tenant>_reader, _writer or _admin, inherited or set with SET ROLE.

CREATE OR REPLACE FUNCTION c360._has_tenant_right(
    p_role   text,
    p_tenant text,
    p_right  text
)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(bool_or(role.rolsuper OR pg_has_role(role.oid, granted.oid, 'USAGE')), false)
    FROM pg_roles AS role
    CROSS JOIN (
        SELECT schema.nspowner
        FROM pg_namespace AS schema
        WHERE schema.nspname = 'c360'
        UNION ALL
        SELECT worker.oid
        FROM pg_roles AS worker
        WHERE worker.rolname = 'c360_worker'
        UNION ALL
        SELECT tenant_role.oid
        FROM c360.tenants AS tenant
        CROSS JOIN unnest(
            CASE p_right
                WHEN 'read' THEN ARRAY['reader', 'writer', 'admin']
                WHEN 'write' THEN ARRAY['writer', 'admin']
                WHEN 'admin' THEN ARRAY['admin']
            END
        ) AS enough (suffix)
        JOIN pg_roles AS tenant_role ON tenant_role.rolname = format('c360_%s_%s', tenant.tenant, enough.suffix)
        WHERE tenant.tenant = p_tenant
    ) AS granted (oid)
    WHERE role.rolname = p_role;
$$;

COMMENT ON FUNCTION c360._has_tenant_right(text, text, text) IS
    'Whether a role has the right read, write or admin in a tenant, by membership.';
