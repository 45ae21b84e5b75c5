-- The last migration of this database, for probes: a gateway is ready when it is not older than its own.
-- Reads one row and needs no key.

CREATE OR REPLACE FUNCTION c360_v1.schema_version()
    RETURNS text
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT max(applied.migration)
    FROM c360.migrations AS applied;
$$;

COMMENT ON FUNCTION c360_v1.schema_version() IS
    'The last migration of this database.';
