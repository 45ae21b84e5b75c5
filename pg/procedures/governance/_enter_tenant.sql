-- The one door into a tenant: first statement of every SECURITY DEFINER function that takes a tenant. Checks that the
-- caller has the right (read, write, admin), then points the search path at the tenant. Safe to repeat.
-- Somebody without any right gets the same answer for a tenant of others and for one that does not exist, so that
-- names of tenants cannot be guessed. Has no SET clause of its own on purpose, see _use_tenant.
-- Raises: U4403 tenant_forbidden, U4404 tenant_not_found, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360._enter_tenant(
    p_tenant text,
    p_right  text
)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_caller text := c360._caller();
BEGIN
    IF NOT c360._has_tenant_right(v_caller, p_tenant, p_right) THEN
        RAISE EXCEPTION 'role "%" has no right to % in tenant "%"', v_caller, p_right, p_tenant
            USING ERRCODE = 'U4403',
                  HINT = 'The owner of c360 can grant one of the roles c360_<tenant>_reader, _writer and _admin.';
    END IF;

    PERFORM c360._use_tenant(p_tenant, p_right);
END;
$$;

COMMENT ON FUNCTION c360._enter_tenant(text, text) IS
    'Checks the right (read, write, admin) of the caller in a tenant and points search_path at it for the calling function.';
