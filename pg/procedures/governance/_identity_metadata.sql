-- What decides who is who in a tenant, as one document: the properties normalisers obey, identifier types, blocked values,
-- attributes, retired ones included, and match rules. NULL for an unknown tenant. Reads only.

CREATE OR REPLACE FUNCTION c360._identity_metadata(p_tenant text)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'default_country', tenant.default_country,
        'date_order', tenant.date_order,
        'email_ignores_tags', tenant.email_ignores_tags,
        'email_ignores_dots', tenant.email_ignores_dots,
        'max_cluster_size', tenant.max_cluster_size,
        'identifier_types', (
            SELECT coalesce(
                jsonb_agg(to_jsonb(kind.*) - 'tenant' - 'created_at' ORDER BY kind.priority, kind.identifier_type), '[]'
            )
            FROM c360.identifier_types AS kind
            WHERE kind.tenant = tenant.tenant
        ),
        'blocked_values', (
            SELECT coalesce(jsonb_agg(
                to_jsonb(blocked.*) - 'tenant' - 'created_at' - 'blocked_value_id'
                ORDER BY blocked.identifier_type, blocked.pattern
            ), '[]')
            FROM c360.blocked_values AS blocked
            WHERE blocked.tenant = tenant.tenant
        ),
        'attributes', (
            SELECT coalesce(jsonb_agg(
                to_jsonb(described.*) - 'tenant' - 'created_at' - 'is_identifier'
                ORDER BY described."position", described.created_at, described.attribute
            ), '[]')
            FROM c360.profile_attributes AS described
            WHERE described.tenant = tenant.tenant
        ),
        'match_rules', (
            SELECT coalesce(jsonb_agg(to_jsonb(stated.*) - 'tenant' - 'created_at' ORDER BY stated.priority, stated.rule), '[]')
            FROM c360.match_rules AS stated
            WHERE stated.tenant = tenant.tenant
        )
    )
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;
$$;

COMMENT ON FUNCTION c360._identity_metadata(text) IS
    'The part of a tenant''s metadata that decides who is who, as one document.';
