-- Identifier of the server's data directory; NULL where the platform does not let us ask.

CREATE OR REPLACE FUNCTION c360._system_id()
    RETURNS text
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    RETURN (SELECT control.system_identifier::text FROM pg_control_system() AS control);
EXCEPTION
    WHEN insufficient_privilege THEN
        RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360._system_id() IS
    'System identifier of the server, NULL if it may not be read.';
