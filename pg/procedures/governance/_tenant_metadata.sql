-- Everything a tenant is rendered and exported from, as one document: properties, identifier types, blocked values,
-- attributes, retired ones included, match rules, computed traits, segments, how long what is kept, RFM,
-- engagement, leads and their model, subscriptions, conditions of webhooks, funnels, purposes of consent, rules of activation, and jobs. NULL for an unknown tenant. Reads only.

CREATE OR REPLACE FUNCTION c360._tenant_metadata(p_tenant text)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'tenant', tenant.tenant,
        'schema_name', tenant.schema_name,
        'display_name', tenant.display_name,
        'status', tenant.status,
        'default_currency', tenant.default_currency,
        'time_zone', tenant.time_zone,
        'shown_properties', tenant.shown_properties,
        'ip', tenant.ip,
        'session_minutes', tenant.session_minutes,
        'keeps_erased_out', tenant.keeps_erased_out,
        'auto_sync', tenant.auto_sync,
        'retention', (
            SELECT coalesce(jsonb_agg(
                jsonb_build_object('kind', policy.kind, 'keep', extract(day FROM policy.keep)::integer || ' days')
                ORDER BY policy.kind
            ), '[]')
            FROM c360.retention_policies AS policy
            WHERE policy.tenant = tenant.tenant
        ),
        'traits', (
            SELECT coalesce(jsonb_agg(
                jsonb_build_object(
                    'trait', stated.trait,
                    'title', stated.title,
                    'description', stated.description,
                    'expression', stated.expression,
                    'status', stated.status,
                    'notifies_first', stated.notifies_first
                )
                ORDER BY stated.trait
            ), '[]')
            FROM c360.computed_traits AS stated
            WHERE stated.tenant = tenant.tenant
        ),
        'segments', (
            SELECT coalesce(jsonb_agg(
                jsonb_build_object(
                    'segment', stated.segment,
                    'title', stated.title,
                    'description', stated.description,
                    'condition', stated.condition,
                    'status', stated.status,
                    'notifies_first', stated.notifies_first
                )
                ORDER BY stated.segment
            ), '[]')
            FROM c360.segments AS stated
            WHERE stated.tenant = tenant.tenant
        ),
        'filters', (
            SELECT coalesce(jsonb_agg(
                jsonb_build_object(
                    'subscription_id', stated.subscription_id,
                    'name', stated.name,
                    'condition', c360._subscription_filter(stated.segment, stated.condition)
                )
                ORDER BY stated.name
            ), '[]')
            FROM c360.subscriptions AS stated
            WHERE stated.tenant = tenant.tenant
              AND c360._subscription_filter(stated.segment, stated.condition) IS NOT NULL
        ),
        'rfm', c360._rfm_settings(tenant.tenant),
        'engagement', c360._score_settings(tenant.tenant, 'engagement'),
        'lead', c360._score_settings(tenant.tenant, 'lead'),
        'lead_model', c360._score_settings(tenant.tenant, 'lead_model'),
        'subscription', c360._score_settings(tenant.tenant, 'subscription'),
        'funnels', (
            SELECT coalesce(jsonb_agg(
                jsonb_build_object('funnel', stated.funnel, 'steps', stated.steps, 'within', stated.within)
                ORDER BY stated.funnel
            ), '[]')
            FROM c360.funnels AS stated
            WHERE stated.tenant = tenant.tenant
        ),
        'consents', (
            SELECT coalesce(jsonb_agg(to_jsonb(stated.*) - 'tenant' - 'created_at' ORDER BY stated.purpose), '[]')
            FROM c360.consent_purposes AS stated
            WHERE stated.tenant = tenant.tenant
        ),
        'activations', (
            SELECT coalesce(jsonb_agg(
                jsonb_build_object(
                    'rule', stated.rule,
                    'title', stated.title,
                    'description', stated.description,
                    'status', stated.status,
                    'definition', stated.definition
                )
                ORDER BY stated.rule
            ), '[]')
            FROM c360.activation_rules AS stated
            WHERE stated.tenant = tenant.tenant
        ),
        'jobs', (
            SELECT coalesce(jsonb_agg(to_jsonb(job.*) - 'tenant' - 'created_at' ORDER BY job.job), '[]')
            FROM c360.jobs AS job
            WHERE job.tenant = tenant.tenant
        ),
        'created_at', tenant.created_at,
        'has_roles', to_regrole(quote_ident('c360_' || tenant.tenant || '_reader')) IS NOT NULL,
        'extensions', (
            SELECT jsonb_object_agg(extension.name, c360._extension_schema(extension.name))
            FROM unnest('{pg_trgm,fuzzystrmatch,unaccent}'::name[]) AS extension (name)
        )
    ) || c360._identity_metadata(tenant.tenant)
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;
$$;

COMMENT ON FUNCTION c360._tenant_metadata(text) IS
    'The governance metadata of a tenant as one document: what its schema is rendered from.';
