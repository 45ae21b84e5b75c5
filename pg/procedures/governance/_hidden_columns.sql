-- The columns of a tenant's tables that are kept from its readers: masked attributes and what is made of them, and the
-- columns where values stand as they were sent, which may hold a masked one, what people wrote about them, checksums of values,
-- from which a phone number is found by trying all, and how far two values agree, from which one is found step by step.
-- Reads only.

CREATE OR REPLACE FUNCTION c360._hidden_columns(p_tenant text)
    RETURNS TABLE (table_name name, column_name name)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH masked AS MATERIALIZED (
        SELECT hidden.attribute
        FROM c360._masked_attributes(p_tenant) AS hidden
    )
    VALUES
        ('cdp_raw_profiles'::name, 'identifiers'::name),
        ('cdp_raw_profiles', 'traits'),
        ('cdp_raw_profiles', 'content_hash'),
        ('cdp_raw_identifiers', 'value'),
        ('cdp_raw_identifiers', 'voice'),
        ('cdp_value_states', 'value'),
        ('cdp_identifiers', 'value'),
        ('cdp_behavioral_events', 'payload'),
        ('cdp_event_context', 'page_url'),
        ('cdp_event_context', 'page_search'),
        ('cdp_event_context', 'referrer'),
        ('cdp_event_context', 'ip'),
        ('cdp_event_context', 'user_agent'),
        ('cdp_visitors', 'visitor_key'),
        ('cdp_past_touchpoints', 'url'),
        ('cdp_purchases', 'items'),
        ('cdp_rejected_events', 'message_id'),
        ('cdp_rejected_events', 'payload'),
        ('cdp_rejected_events', 'reason'),
        ('cdp_import_records', 'record_key'),
        ('cdp_import_records', 'content_hash'),
        ('cdp_import_rejects', 'content'),
        ('cdp_resolution_failures', 'reason'),
        ('cdp_profile_links', 'evidence'),
        ('cdp_standard_profiles', 'attributes'),
        ('cdp_match_reviews', 'evidence'),
        ('cdp_match_pairs', 'levels'),
        ('cdp_match_fields', 'fields'),
        ('cdp_match_frequencies', 'value'),
        ('cdp_match_common_keys', 'key'),
        ('cdp_blocking_keys', 'key'),
        ('cdp_match_keys', 'key'),
        ('cdp_profile_merges', 'evidence'),
        ('cdp_profile_history', 'profile'),
        ('cdp_profile_history', 'reason'),
        ('cdp_link_overrides', 'reason'),
        ('cdp_attribute_overrides', 'value')
    UNION ALL
    SELECT
        staging.relname,
        content.column_name
    FROM pg_class AS staging
    CROSS JOIN (VALUES ('content'::name), ('line')) AS content (column_name)
    WHERE staging.relnamespace = to_regnamespace(quote_ident('tenant_' || p_tenant))
      AND starts_with(staging.relname, 'cdp_import_staging_')
    UNION ALL
    SELECT
        filled.table_name,
        masked.attribute
    FROM masked
    CROSS JOIN (VALUES ('cdp_master_profiles'::name), ('cdp_profile_metrics')) AS filled (table_name)
    UNION ALL
    SELECT
        told.table_name,
        score
    FROM unnest(c360._masked_scores(p_tenant)) AS score
    CROSS JOIN (VALUES ('cdp_purchases'::name), ('cdp_purchase_histories'), ('cdp_clv'), ('cdp_engagement'), ('cdp_inactivity')) AS told (table_name)
    UNION ALL
    SELECT
        shown.table_name,
        hidden.metric
    FROM c360._masked_metrics(p_tenant) AS hidden
    CROSS JOIN (VALUES ('cdp_metric_values'::name), ('cdp_metrics')) AS shown (table_name)
    UNION ALL
    SELECT
        'cdp_traits',
        told.trait::name
    FROM unnest(c360._hidden_traits(p_tenant)) AS told (trait)
    UNION ALL
    SELECT
        figure.table_name,
        figure.column_name
    FROM c360._masked_reports(p_tenant) AS figure
    UNION ALL
    SELECT
        'cdp_standard_profiles',
        made.column_name
    FROM (
        VALUES
            ('given_name'::name, ARRAY['first_name', 'full_name']),
            ('family_name', ARRAY['last_name', 'full_name']),
            ('birth_date', ARRAY['date_of_birth'])
    ) AS made (column_name, attributes)
    WHERE EXISTS (
        SELECT
        FROM masked
        WHERE masked.attribute = ANY (made.attributes)
    );
$$;

COMMENT ON FUNCTION c360._hidden_columns(text) IS
    'Columns of a tenant''s tables that its readers may not see; they see masked values through views.';
