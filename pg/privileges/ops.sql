-- Who may read the ledgers.

-- The daemons refuse to work on another release than theirs.
CALL c360._grant('SELECT ON TABLE c360.migrations, c360.repeatables, c360.releases', 'c360_relay');
CALL c360._grant('SELECT ON TABLE c360.migrations, c360.repeatables, c360.releases', 'c360_worker');

-- The catalog of Iceberg, by its policies: readers of a tenant see their namespace, the worker commits to all.
CALL c360._grant('SELECT ON TABLE c360_iceberg.iceberg_tables, c360_iceberg.iceberg_namespace_properties', 'c360_reader');
CALL c360._grant(
    'SELECT, INSERT, UPDATE, DELETE ON TABLE c360_iceberg.iceberg_tables, c360_iceberg.iceberg_namespace_properties',
    'c360_worker'
);
