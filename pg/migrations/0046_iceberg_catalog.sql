-- Why: engines find the Iceberg tables of a lake in this database. The tables are those of Iceberg's JDBC catalog (version 1), which Spark,
-- Trino, Flink and PyIceberg read and write as they stand: names, columns and lengths are Iceberg's.
-- Lock: creates new tables; milliseconds.

CREATE SCHEMA c360_iceberg;
COMMENT ON SCHEMA c360_iceberg IS 'Catalog of the Iceberg tables of all lakes, as Iceberg''s JDBC catalog has it: one namespace for each tenant.';

CREATE TABLE c360_iceberg.iceberg_tables (
    catalog_name                varchar(255)  NOT NULL,
    table_namespace             varchar(255)  NOT NULL,
    table_name                  varchar(255)  NOT NULL,
    metadata_location           varchar(1000),
    previous_metadata_location  varchar(1000),
    iceberg_type                varchar(5),
    CONSTRAINT iceberg_tables_pkey PRIMARY KEY (catalog_name, table_namespace, table_name)
);
COMMENT ON TABLE c360_iceberg.iceberg_tables IS 'Where the metadata of each table is. A commit of Iceberg is an UPDATE of metadata_location.';

CREATE TABLE c360_iceberg.iceberg_namespace_properties (
    catalog_name    varchar(255)  NOT NULL,
    namespace       varchar(255)  NOT NULL,
    property_key    varchar(255)  NOT NULL,
    property_value  varchar(1000) NOT NULL,
    CONSTRAINT iceberg_namespace_properties_pkey PRIMARY KEY (catalog_name, namespace, property_key)
);
COMMENT ON TABLE c360_iceberg.iceberg_namespace_properties IS 'Namespaces: one for each tenant that has a lake of Iceberg tables.';

-- A tenant's readers see their namespace; who works on lakes sees all.
ALTER TABLE c360_iceberg.iceberg_tables ENABLE ROW LEVEL SECURITY;
ALTER TABLE c360_iceberg.iceberg_namespace_properties ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_namespace ON c360_iceberg.iceberg_tables FOR SELECT
    USING (pg_has_role(to_regrole(quote_ident('c360_' || table_namespace || '_reader')), 'USAGE'));
CREATE POLICY own_namespace ON c360_iceberg.iceberg_namespace_properties FOR SELECT
    USING (pg_has_role(to_regrole(quote_ident('c360_' || namespace || '_reader')), 'USAGE'));
CREATE POLICY all_lakes ON c360_iceberg.iceberg_tables
    USING (pg_has_role(to_regrole('c360_worker'), 'USAGE'));
CREATE POLICY all_lakes ON c360_iceberg.iceberg_namespace_properties
    USING (pg_has_role(to_regrole('c360_worker'), 'USAGE'));
