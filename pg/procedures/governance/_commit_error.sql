-- What PostgreSQL says, in the language of the session, to a COMMIT where the caller has a transaction, as every function has. A procedure
-- compares it with what it is told itself: there is no other way to ask. Reads only.

CREATE OR REPLACE FUNCTION c360._commit_error()
    RETURNS text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    COMMIT;
EXCEPTION
    WHEN invalid_transaction_termination THEN
        RETURN SQLERRM;
END;
$$;

COMMENT ON FUNCTION c360._commit_error() IS
    'What a COMMIT inside a transaction of the caller is told.';
