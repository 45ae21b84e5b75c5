-- Findings of c360.doctor_security() about schemas, tables and views: rights of PUBLIC, rights that the roles of a tenant should not
-- have, rights of others, and objects or schemas of others under names of ours. Reads only.

CREATE OR REPLACE FUNCTION c360._security_relations()
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH owner AS (
        SELECT shared.nspowner AS oid
        FROM pg_namespace AS shared
        WHERE shared.nspname = 'c360'
    ),
    schema AS (
        SELECT
            own.*,
            substr(own.nspname, length('tenant_') + 1) AS tenant
        FROM pg_namespace AS own
        WHERE own.nspname IN ('c360', 'c360_v1', 'c360_ext', 'c360_iceberg')
           OR own.nspname IN (SELECT known.schema_name FROM c360.tenants AS known)
    )
    SELECT
        'error',
        'schemas',
        format('%s has %s on schema %s: what is in it runs with borrowed rights.', grantee.name, granted.privilege_type, schema.nspname),
        format('REVOKE %s ON SCHEMA %I FROM %s;', granted.privilege_type, schema.nspname, grantee.name)
    FROM schema
    CROSS JOIN LATERAL aclexplode(coalesce(schema.nspacl, acldefault('n', schema.nspowner))) AS granted
    CROSS JOIN LATERAL (
        SELECT CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE granted.grantee::regrole::text END AS name
    ) AS grantee
    WHERE granted.grantee NOT IN (schema.nspowner, (SELECT owner.oid FROM owner))
      AND (granted.privilege_type = 'CREATE' OR granted.grantee = 0)

    UNION ALL
    SELECT
        'error',
        'schemas',
        format('Schema %s belongs to %s and stands where a tenant would.', stray.nspname, stray.nspowner::regrole),
        format('ALTER SCHEMA %I RENAME TO ...;', stray.nspname)
    FROM pg_namespace AS stray
    WHERE starts_with(stray.nspname, 'tenant_')
      AND stray.nspowner <> (SELECT owner.oid FROM owner)

    UNION ALL
    SELECT
        CASE WHEN relation.relkind IN ('r', 'p', 'v', 'm', 'f') THEN 'error' ELSE 'warning' END,
        'tables',
        format('%s belongs to %s, not to the owner of c360.', relation.oid::regclass, relation.relowner::regrole),
        'Move it into a schema of its own.'
    FROM pg_class AS relation
    JOIN schema ON schema.oid = relation.relnamespace
    WHERE relation.relowner <> (SELECT owner.oid FROM owner)
      AND schema.nspname <> 'c360_ext'

    UNION ALL
    SELECT
        'error',
        'tables',
        format('%s has %s on %s.', grantee.name, granted.privilege_type, granted.relation),
        format('REVOKE %s ON %s FROM %s;', granted.privilege_type, granted.relation, grantee.name)
    FROM (
        SELECT relation.oid::regclass AS relation, schema.nspname, schema.tenant, relation.relname, entry.*
        FROM pg_class AS relation
        JOIN schema ON schema.oid = relation.relnamespace
        CROSS JOIN LATERAL aclexplode(relation.relacl) AS entry
        WHERE entry.grantee <> relation.relowner
        UNION ALL
        SELECT relation.oid::regclass, schema.nspname, schema.tenant, relation.relname, entry.*
        FROM pg_attribute AS attribute
        JOIN pg_class AS relation ON relation.oid = attribute.attrelid
        JOIN schema ON schema.oid = relation.relnamespace
        CROSS JOIN LATERAL aclexplode(attribute.attacl) AS entry
        WHERE entry.grantee <> relation.relowner
    ) AS granted
    CROSS JOIN LATERAL (
        SELECT CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE granted.grantee::regrole::text END AS name
    ) AS grantee
    WHERE NOT CASE
        WHEN granted.nspname IN ('c360', 'c360_v1', 'c360_ext')
            THEN granted.privilege_type = 'SELECT'
                AND granted.relname IN ('migrations', 'repeatables', 'releases')
                AND grantee.name IN ('c360_relay', 'c360_worker')
        WHEN granted.nspname = 'c360_iceberg'
            THEN grantee.name = 'c360_worker' AND granted.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
                OR grantee.name = 'c360_reader' AND granted.privilege_type = 'SELECT'
        WHEN granted.privilege_type = 'SELECT'
            THEN trim('"' FROM grantee.name) IN (
                format('c360_%s_reader', granted.tenant), format('c360_%s_writer', granted.tenant), format('c360_%s_admin', granted.tenant)
            ) OR (
                trim('"' FROM grantee.name) = format('c360_%s_segments', granted.tenant)
                AND granted.relname IN (SELECT listed.relation FROM c360._segment_relations() AS listed)
            )
        WHEN granted.privilege_type = 'INSERT'
            THEN (granted.relname = 'cdp_raw_profiles' OR starts_with(granted.relname, 'cdp_import_staging_'))
                AND trim('"' FROM grantee.name) = format('c360_%s_writer', granted.tenant)
        ELSE false
    END;
$$;

COMMENT ON FUNCTION c360._security_relations() IS 'Findings of c360.doctor_security() about schemas, tables and views.';
