-- Who may look at the state of the system.

DO $$
BEGIN
    PERFORM c360._grant_execute('c360_reader', 'c360.status()');
END;
$$;

-- The daemons refuse to work on another release than theirs.
CALL c360._grant('SELECT ON TABLE c360.migrations, c360.repeatables', 'c360_relay');
CALL c360._grant('SELECT ON TABLE c360.migrations, c360.repeatables', 'c360_worker');
