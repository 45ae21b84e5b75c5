-- Who may look at the state of the system.

DO $$
BEGIN
    PERFORM c360._grant_execute('c360_reader', 'c360.status()');
END;
$$;
