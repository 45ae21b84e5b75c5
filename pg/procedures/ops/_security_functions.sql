-- Findings of c360.doctor_security() about functions: grants that the list of rights does not know, borrowed rights without a pinned
-- path, code of others in schemas of ours, and names or statements made of arguments. Reads only.

CREATE OR REPLACE FUNCTION c360._security_functions()
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
    present AS (
        SELECT
            function.*,
            schema.nspname,
            function.oid::regprocedure::text AS signature
        FROM pg_proc AS function
        JOIN pg_namespace AS schema ON schema.oid = function.pronamespace
        WHERE schema.nspname IN ('c360', 'c360_v1')
           OR schema.nspname IN (SELECT known.schema_name FROM c360.tenants AS known)
    )
    SELECT
        'error',
        'functions',
        CASE WHEN difference.is_wanted
            THEN format('%s may not execute %s.', grantee.name, difference.function_oid::regprocedure)
            ELSE format('%s may execute %s, which does not ask who calls.', grantee.name, difference.function_oid::regprocedure)
        END,
        CASE WHEN difference.is_wanted
            THEN 'Run: c360 db install'
            ELSE format('REVOKE ALL ON ROUTINE %s FROM %s;', difference.function_oid::regprocedure, grantee.name)
        END
    FROM c360._function_grant_differences() AS difference
    CROSS JOIN LATERAL (
        SELECT CASE difference.role WHEN 0 THEN 'PUBLIC' ELSE difference.role::regrole::text END AS name
    ) AS grantee

    UNION ALL
    SELECT
        'error',
        'functions',
        format('%s may execute %s: the list of rights gives it to %s.', grantee.name, present.signature, coalesce(listed.role, 'nobody')),
        format('REVOKE ALL ON FUNCTION %s FROM %s;', present.signature, grantee.name)
    FROM present
    CROSS JOIN LATERAL aclexplode(coalesce(present.proacl, acldefault('f', present.proowner))) AS granted
    CROSS JOIN LATERAL (
        SELECT CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE granted.grantee::regrole::text END AS name
    ) AS grantee
    LEFT JOIN LATERAL (
        SELECT format('c360_%s_%s', substr(present.nspname, length('tenant_') + 1), made.taken_by) AS role
        FROM c360._tenant_functions() AS made
        WHERE made.function_name = present.proname
    ) AS listed ON true
    WHERE present.nspname NOT IN ('c360', 'c360_v1')
      AND granted.grantee <> present.proowner
      AND listed.role IS DISTINCT FROM trim('"' FROM grantee.name)
      -- Conditions of segments and expressions of traits ask for scores and numbers of events.
      AND NOT (
          present.proname IN (SELECT asked.function_name FROM c360._segment_functions() AS asked)
          AND granted.grantee = to_regrole(quote_ident(format('c360_%s_segments', substr(present.nspname, length('tenant_') + 1))))
      )

    UNION ALL
    SELECT
        'error',
        'functions',
        format('%s runs with borrowed rights and a search path of its caller.', present.signature),
        format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp;', present.signature)
    FROM present
    WHERE present.prosecdef
      AND NOT EXISTS (
          SELECT
          FROM unnest(present.proconfig) AS setting
          WHERE setting ~ '^search_path=pg_catalog, (.*, )?pg_temp$'
      )

    UNION ALL
    SELECT
        'error',
        'functions',
        format('%s belongs to %s, not to the owner of c360.', present.signature, present.proowner::regrole),
        format('DROP FUNCTION %s; or give it to a schema of its own.', present.signature)
    FROM present
    WHERE present.proowner <> (SELECT owner.oid FROM owner)
      -- Compiled conditions of segments and webhooks and expressions of traits belong to a role that may read no more than they need.
      AND NOT (
          present.proname ~ '^_(segment|why|trait|looked|filter)_'
          AND present.proowner = to_regrole(quote_ident(format('c360_%s_segments', substr(present.nspname, length('tenant_') + 1))))
      )

    UNION ALL
    SELECT
        'error',
        'functions',
        format('%s executes a statement that is made of its arguments.', present.signature),
        'Names go through %I and values through USING; a whole statement is never an argument.'
    FROM present
    WHERE present.prosrc ~* '\mEXECUTE\s+(p_\w+\s*(;|USING|INTO|\|\|)|''[^'']*''\s*\|\|)';
$$;

COMMENT ON FUNCTION c360._security_functions() IS 'Findings of c360.doctor_security() about functions.';
