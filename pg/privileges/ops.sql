-- Who may look at the state of the system.

CALL c360._grant('EXECUTE ON ROUTINE c360.status()', 'c360_reader');

-- The daemons refuse to work on another release than theirs.
CALL c360._grant('SELECT ON TABLE c360.migrations, c360.repeatables, c360.releases', 'c360_relay');
CALL c360._grant('SELECT ON TABLE c360.migrations, c360.repeatables, c360.releases', 'c360_worker');
