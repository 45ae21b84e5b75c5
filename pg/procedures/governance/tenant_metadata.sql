-- Everything a tenant is rendered and exported from, as one document: properties, identifier types, blocked values and
-- attributes, retired ones included. Reads only.
-- Raises: U4403 tenant_forbidden, U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.tenant_metadata(p_tenant text)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._enter_tenant(p_tenant, 'read');

    RETURN (
        SELECT jsonb_build_object(
            'tenant', tenant.tenant,
            'schema_name', tenant.schema_name,
            'display_name', tenant.display_name,
            'status', tenant.status,
            'default_country', tenant.default_country,
            'default_currency', tenant.default_currency,
            'time_zone', tenant.time_zone,
            'created_at', tenant.created_at,
            'has_roles', to_regrole(quote_ident('c360_' || tenant.tenant || '_reader')) IS NOT NULL,
            'identifier_types', (
                SELECT coalesce(
                    jsonb_agg(to_jsonb(kind) - 'tenant' - 'created_at' ORDER BY kind.priority, kind.identifier_type), '[]'
                )
                FROM c360.identifier_types AS kind
                WHERE kind.tenant = tenant.tenant
            ),
            'blocked_values', (
                SELECT coalesce(jsonb_agg(
                    to_jsonb(blocked) - 'tenant' - 'created_at' - 'blocked_value_id'
                    ORDER BY blocked.identifier_type, blocked.pattern
                ), '[]')
                FROM c360.blocked_values AS blocked
                WHERE blocked.tenant = tenant.tenant
            ),
            'attributes', (
                SELECT coalesce(jsonb_agg(
                    to_jsonb(described) - 'tenant' - 'created_at' - 'is_identifier'
                    ORDER BY described."position", described.created_at, described.attribute
                ), '[]')
                FROM c360.profile_attributes AS described
                WHERE described.tenant = tenant.tenant
            )
        )
        FROM c360.tenants AS tenant
        WHERE tenant.tenant = p_tenant
    );
END;
$$;

COMMENT ON FUNCTION c360.tenant_metadata(text) IS
    'The governance metadata of a tenant as one document: what its schema is rendered from.';
