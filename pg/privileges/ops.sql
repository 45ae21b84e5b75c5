-- Who may read the ledgers.

-- The daemons refuse to work on another release than theirs.
CALL c360._grant('SELECT ON TABLE c360.migrations, c360.repeatables, c360.releases', 'c360_relay');
CALL c360._grant('SELECT ON TABLE c360.migrations, c360.repeatables, c360.releases', 'c360_worker');
