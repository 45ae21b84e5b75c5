-- Who may look into which schema. What they may call there says functions.sql.

CALL c360._grant('USAGE ON SCHEMA c360_v1', 'c360_gateway');
CALL c360._grant('USAGE ON SCHEMA c360', 'c360_relay');
CALL c360._grant('USAGE ON SCHEMA c360', 'c360_worker');
CALL c360._grant('USAGE ON SCHEMA c360, c360_v1', 'c360_reader');
CALL c360._grant('USAGE ON SCHEMA c360_iceberg', 'c360_reader');
CALL c360._grant('USAGE ON SCHEMA c360_iceberg', 'c360_worker');
CALL c360._grant('USAGE ON SCHEMA c360, c360_v1', 'c360_writer');
CALL c360._grant('USAGE ON SCHEMA c360, c360_v1', 'c360_admin');
