-- Where the grants on shared functions and on the HTTP surface are not what c360.function_rights says: is_wanted false is a grant
-- too many, to whomever. A function that takes a tenant is never granted to people: they call that of their tenant. Reads only.

CREATE OR REPLACE FUNCTION c360._function_grant_differences()
    RETURNS TABLE (function_oid oid, role oid, is_wanted boolean)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH present AS (
        SELECT
            function.oid,
            function.proowner,
            function.proacl,
            schema.nspname,
            function.proname,
            coalesce(function.proargnames[1] = 'p_tenant', false) AS takes_tenant
        FROM pg_proc AS function
        JOIN pg_namespace AS schema ON schema.oid = function.pronamespace
        WHERE schema.nspname IN ('c360', 'c360_v1')
    ),
    wanted AS (
        SELECT DISTINCT
            present.oid,
            c360._role_of_right(listed.taken_by) AS role
        FROM c360.function_rights AS listed
        JOIN present ON present.nspname = listed.schema_name AND present.proname = listed.function_name
        WHERE c360._role_of_right(listed.taken_by) IS NOT NULL
          AND NOT (present.takes_tenant AND listed.taken_by IN ('reader', 'writer', 'admin'))
    ),
    granted AS (
        SELECT
            present.oid,
            entry.grantee AS role
        FROM present
        CROSS JOIN aclexplode(coalesce(present.proacl, acldefault('f', present.proowner))) AS entry
        WHERE entry.grantee <> present.proowner
    )
    SELECT
        coalesce(wanted.oid, granted.oid),
        coalesce(wanted.role, granted.role),
        wanted.oid IS NOT NULL
    FROM wanted
    FULL JOIN granted ON granted.oid = wanted.oid AND granted.role = wanted.role
    WHERE wanted.oid IS NULL
       OR granted.oid IS NULL;
$$;

COMMENT ON FUNCTION c360._function_grant_differences() IS
    'Grants on functions of c360 and c360_v1 that are missing or too many, compared with the list of rights.';
