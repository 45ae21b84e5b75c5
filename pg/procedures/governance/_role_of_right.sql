-- The role that takes a shared function in c360.function_rights: the group role of people (c360_reader, whose members the roles of
-- the tenants are) or the role of a daemon. NULL for the owner, who needs no grant, and where the role does not exist. Reads only.

CREATE OR REPLACE FUNCTION c360._role_of_right(p_taken_by text)
    RETURNS oid
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN p_taken_by <> 'owner' THEN to_regrole(quote_ident('c360_' || p_taken_by))::oid END;
$$;

COMMENT ON FUNCTION c360._role_of_right(text) IS
    'The role behind a right of c360.function_rights.';
