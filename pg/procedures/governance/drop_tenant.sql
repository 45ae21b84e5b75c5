-- Removes a tenant: its schema with all data, its messages, its metadata and its roles. Irreversible; audit_log is kept. Not safe to
-- repeat: the second call finds no tenant. The name must be given twice. For the owner of c360 alone; granted to nobody.
-- What becomes of roles that are still used says _drop_tenant_role().
-- Raises: U4404 tenant_not_found, U4414 name_not_confirmed

CREATE OR REPLACE FUNCTION c360.drop_tenant(
    p_tenant  text,
    p_confirm text
)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    IF p_confirm IS DISTINCT FROM p_tenant THEN
        RAISE EXCEPTION 'tenant "%" is not dropped, because "%" is not its name', p_tenant, p_confirm
            USING ERRCODE = 'U4414',
                  HINT = 'Repeat the exact name: everything of the tenant will be gone.';
    END IF;

    PERFORM c360._hold_lock(p_tenant, 'sync');
    EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', 'tenant_' || p_tenant);

    PERFORM c360._hold_lanes(ARRAY(
        SELECT subscription.subscription_id
        FROM c360.subscriptions AS subscription
        WHERE subscription.tenant = p_tenant
    ));

    DELETE FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    -- Whoever has a tenant of this name later must not find them.
    DELETE FROM c360.messages AS message
    WHERE message.tenant = p_tenant;

    DELETE FROM c360_iceberg.iceberg_tables AS entry
    WHERE entry.table_namespace = p_tenant;

    DELETE FROM c360_iceberg.iceberg_namespace_properties AS entry
    WHERE entry.namespace = p_tenant;

    FOREACH v_kind IN ARRAY ARRAY['reader', 'writer', 'admin', 'segments'] LOOP
        PERFORM c360._drop_tenant_role(format('c360_%s_%s', p_tenant, v_kind));
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360.drop_tenant(text, text) IS
    'Removes a tenant with all its data, messages, metadata and roles; the name must be given twice.';
