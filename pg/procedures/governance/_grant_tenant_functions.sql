-- Grants the functions for the people of a tenant, each to exactly the role that takes it, and takes every other grant on them
-- away. Safe to repeat. Without roles (an installation without CREATEROLE) only the owner calls them.

CREATE OR REPLACE FUNCTION c360._grant_tenant_functions(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema text := 'tenant_' || p_tenant;
    v_change record;
BEGIN
    FOR v_change IN
        WITH listed AS (
            SELECT
                present.oid,
                present.proowner,
                present.proacl,
                to_regrole(quote_ident(format('c360_%s_%s', p_tenant, made.taken_by)))::oid AS role
            FROM c360._tenant_functions() AS made
            JOIN pg_proc AS present
                ON present.pronamespace = to_regnamespace(quote_ident(v_schema))
                AND present.proname = made.function_name
            WHERE pg_has_role(present.proowner, 'USAGE')
        ),
        granted AS (
            SELECT listed.oid, entry.grantee AS role
            FROM listed
            CROSS JOIN aclexplode(coalesce(listed.proacl, acldefault('f', listed.proowner))) AS entry
            WHERE entry.grantee <> listed.proowner
        )
        SELECT
            coalesce(listed.role, granted.role) AS role,
            listed.oid IS NOT NULL AS is_wanted,
            string_agg(coalesce(listed.oid, granted.oid)::regprocedure::text, ', ') AS functions
        FROM (SELECT listed.oid, listed.role FROM listed WHERE listed.role IS NOT NULL) AS listed
        FULL JOIN granted ON granted.oid = listed.oid AND granted.role = listed.role
        WHERE listed.oid IS NULL
           OR granted.oid IS NULL
        GROUP BY
            coalesce(listed.role, granted.role),
            listed.oid IS NOT NULL
        -- Reader, writer, admin, as everywhere: another database may grant to, or drop, the same roles at this moment.
        ORDER BY
            array_position('{reader,writer,admin}'::text[], substring(coalesce(listed.role, granted.role)::regrole::text FROM '[a-z]+$')),
            coalesce(listed.role, granted.role)
    LOOP
        EXECUTE format(
            CASE WHEN v_change.is_wanted THEN 'GRANT EXECUTE ON FUNCTION %s TO %s' ELSE 'REVOKE ALL ON FUNCTION %s FROM %s CASCADE' END,
            v_change.functions,
            CASE v_change.role WHEN 0 THEN 'PUBLIC' ELSE v_change.role::regrole::text END
        );
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._grant_tenant_functions(text) IS
    'Grants the functions for the people of a tenant as the list of rights says, to nobody else.';
