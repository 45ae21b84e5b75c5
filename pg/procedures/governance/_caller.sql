-- Names the role on whose behalf the running statement acts: the role chosen with SET ROLE, otherwise the login role.
-- Unlike current_user it is not changed by SECURITY DEFINER, so a function with borrowed rights can judge its caller.
-- Reads only; never fails.

CREATE OR REPLACE FUNCTION c360._caller()
    RETURNS text
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(nullif(current_setting('role'), 'none'), session_user::text);
$$;

COMMENT ON FUNCTION c360._caller() IS
    'The role that called: of SET ROLE if one is set, otherwise of the login; the same inside SECURITY DEFINER functions.';
