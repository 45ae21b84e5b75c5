-- Names the role on whose behalf the running statement acts: the role chosen with SET ROLE, otherwise the login role. For records
-- of who did something, and for nothing else: it is a setting, and decides no right. Reads only; never fails.
-- Called by c360._actor(), and by trigger functions that earlier releases compiled for tenants.

CREATE OR REPLACE FUNCTION c360._caller()
    RETURNS text
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(nullif(current_setting('role'), 'none'), session_user::text);
$$;

COMMENT ON FUNCTION c360._caller() IS
    'The role of SET ROLE if one is set, otherwise of the login; for the audit log only.';
