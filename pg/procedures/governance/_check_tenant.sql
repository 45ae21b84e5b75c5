-- Answers the schema of a tenant, once it is sure that functions may work in it. p_right write refuses a suspended tenant; metadata takes
-- one that was never synced, because what is asked or changed is metadata alone. Asks nobody who calls: shared functions that take a tenant are executable by the owner and the daemons alone.
-- Tables are found in the schema of the tenant, then among the temporary ones of the session. A table that is not there, because
-- the tenant is just synced or a partition was just dropped, must not be a temporary one: the caller made that, and its triggers
-- and views would run with borrowed rights. pg_temp cannot be left out of a path, so a session that has such a table is refused.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4427 temporary_table_in_the_way,
-- U4428 schema_of_somebody_else, U4450 tenant_not_synced

CREATE OR REPLACE FUNCTION c360._check_tenant(
    p_tenant text,
    p_right  text DEFAULT 'read'
)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema  text;
    v_status  text;
    v_is_ours boolean;
BEGIN
    SELECT
        tenant.schema_name,
        tenant.status
    INTO
        v_schema,
        v_status
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'tenant "%" does not exist', p_tenant
            USING ERRCODE = 'U4404',
                  HINT = 'List the tenants with: c360 tenant list';
    END IF;

    SELECT own.nspowner = shared.nspowner
    INTO v_is_ours
    FROM pg_namespace AS own
    JOIN pg_namespace AS shared ON shared.nspname = 'c360'
    WHERE own.nspname = v_schema;

    IF v_is_ours IS NULL AND p_right <> 'metadata' THEN
        RAISE EXCEPTION 'tenant "%" was never synced: it has no tables yet', p_tenant
            USING ERRCODE = 'U4450',
                  HINT = format('CALL c360.request_sync(%L), or: c360 tenant sync %s', p_tenant, p_tenant);
    END IF;

    -- Whoever may make schemas could have made this one before the tenant had it.
    IF NOT v_is_ours THEN
        RAISE EXCEPTION 'schema "%" belongs to somebody else', v_schema
            USING ERRCODE = 'U4428',
                  HINT = 'Have it renamed by its owner, then: c360 tenant sync ' || p_tenant;
    END IF;

    IF v_status = 'suspended' AND p_right = 'write' THEN
        RAISE EXCEPTION 'tenant "%" is suspended', p_tenant
            USING ERRCODE = 'U4423',
                  HINT = 'It can be read. To write again: c360 tenant resume';
    END IF;

    IF pg_my_temp_schema() <> 0::oid AND EXISTS (
        SELECT
        FROM pg_class AS relation
        WHERE relation.relnamespace = pg_my_temp_schema()
          AND starts_with(relation.relname, 'cdp_')
    ) THEN
        RAISE EXCEPTION 'the session has a temporary table or view whose name begins with cdp_'
            USING ERRCODE = 'U4427',
                  HINT = 'Tables of tenants are named so: drop it, or give it another name.';
    END IF;

    RETURN v_schema;
END;
$$;

COMMENT ON FUNCTION c360._check_tenant(text, text) IS
    'The schema of a tenant that may be worked in; refuses writing to a suspended one, and temporary tables in the way.';
