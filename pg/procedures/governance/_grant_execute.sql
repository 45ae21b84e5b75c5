-- Grants functions to one of the c360 roles. Safe to repeat; silent where the role does not exist, as on servers
-- where the installation had to go on without roles.

CREATE OR REPLACE FUNCTION c360._grant_execute(
    p_role              text,
    VARIADIC p_functions regprocedure[]
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_function regprocedure;
BEGIN
    IF to_regrole(quote_ident(p_role)) IS NULL THEN
        RETURN;
    END IF;

    FOREACH v_function IN ARRAY p_functions LOOP
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %I', v_function, p_role);
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._grant_execute(text, regprocedure[]) IS
    'GRANT EXECUTE on functions and procedures to a role; silent when the role does not exist.';
