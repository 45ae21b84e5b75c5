-- Points the search path at a tenant for the rest of the calling function: first statement of every shared function that takes a
-- tenant. Asks nobody who calls: such functions are executable by the owner and the daemons alone, people call those of their
-- tenant, whose name stands in the text and whose EXECUTE PostgreSQL checks. p_right write refuses a suspended tenant.
-- Safe to repeat. Has no SET clause of its own on purpose: leaving this function must not take the path back; the
-- SET clause of the calling function does that.
-- Tables are found in the schema of the tenant, then among the temporary ones of the session. A table that is not there, because
-- the tenant was not synced yet or a partition was just dropped, must not be a temporary one: the caller made that, and its triggers
-- and views would run with borrowed rights. pg_temp cannot be left out of a path, so a session that has such a table is refused.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4427 temporary_table_in_the_way,
-- U4428 schema_of_somebody_else

CREATE OR REPLACE FUNCTION c360._use_tenant(
    p_tenant text,
    p_right  text DEFAULT 'read'
)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_schema text;
    v_status text;
BEGIN
    SELECT
        tenant.schema_name,
        tenant.status
    INTO
        v_schema,
        v_status
    FROM c360.tenants AS tenant
    WHERE tenant.tenant OPERATOR(pg_catalog.=) p_tenant;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'tenant "%" does not exist', p_tenant
            USING ERRCODE = 'U4404',
                  HINT = 'List the tenants with: c360 tenant list';
    END IF;

    -- Whoever may make schemas could have made this one before the tenant had it.
    IF EXISTS (
        SELECT
        FROM pg_catalog.pg_namespace AS own
        JOIN pg_catalog.pg_namespace AS shared ON shared.nspname OPERATOR(pg_catalog.=) 'c360'
        WHERE own.nspname OPERATOR(pg_catalog.=) v_schema
          AND own.nspowner OPERATOR(pg_catalog.<>) shared.nspowner
    ) THEN
        RAISE EXCEPTION 'schema "%" belongs to somebody else', v_schema
            USING ERRCODE = 'U4428',
                  HINT = 'Have it renamed by its owner, then: c360 tenant sync ' OPERATOR(pg_catalog.||) p_tenant;
    END IF;

    IF v_status OPERATOR(pg_catalog.=) 'suspended' AND p_right OPERATOR(pg_catalog.=) 'write' THEN
        RAISE EXCEPTION 'tenant "%" is suspended', p_tenant
            USING ERRCODE = 'U4423',
                  HINT = 'It can be read. To write again: c360 tenant resume';
    END IF;

    IF pg_catalog.pg_my_temp_schema() OPERATOR(pg_catalog.<>) 0::pg_catalog.oid AND EXISTS (
        SELECT
        FROM pg_catalog.pg_class AS relation
        WHERE relation.relnamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()
          AND pg_catalog.starts_with(relation.relname, 'cdp_')
    ) THEN
        RAISE EXCEPTION 'the session has a temporary table or view whose name begins with cdp_'
            USING ERRCODE = 'U4427',
                  HINT = 'Tables of tenants are named so: drop it, or give it another name.';
    END IF;

    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('pg_catalog, %I, pg_temp', v_schema), true);
END;
$$;

COMMENT ON FUNCTION c360._use_tenant(text, text) IS
    'Points search_path at a tenant for the calling function; refuses writing to a suspended one, and temporary tables in the way.';
