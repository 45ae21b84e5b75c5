-- Names who is behind a change, for the audit log: the role set with SET ROLE, but the login when that role is only the
-- owner of c360, which stands for nobody. Reads only.

CREATE OR REPLACE FUNCTION c360._actor()
    RETURNS text
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN c360._caller() = pg_get_userbyid(schema.nspowner) THEN session_user::text
        ELSE c360._caller()
    END
    FROM pg_namespace AS schema
    WHERE schema.nspname = 'c360';
$$;

COMMENT ON FUNCTION c360._actor() IS
    'Who is behind a change: the role of SET ROLE, or the login when that role is only the owner of c360.';
