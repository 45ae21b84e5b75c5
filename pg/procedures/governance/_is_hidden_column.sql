-- Says whether a column of a tenant's table is kept from its readers: masked attributes and what is made of them, and the
-- columns where values stand as they were sent, which may hold a masked one, what people wrote about them, checksums of values,
-- from which a phone number is found by trying all, and how far two values agree, from which one is found step by step.
-- Reads only.

CREATE OR REPLACE FUNCTION c360._is_hidden_column(
    p_tenant text,
    p_table  text,
    p_column text
)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (p_table, p_column) IN (
        ('cdp_raw_profiles', 'identifiers'),
        ('cdp_raw_profiles', 'traits'),
        ('cdp_raw_profiles', 'content_hash'),
        ('cdp_raw_identifiers', 'value'),
        ('cdp_raw_identifiers', 'voice'),
        ('cdp_value_states', 'value'),
        ('cdp_identifiers', 'value'),
        ('cdp_behavioral_events', 'payload'),
        ('cdp_past_touchpoints', 'url'),
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
    ) OR (
        starts_with(p_table, 'cdp_import_staging_')
        AND p_column IN ('content', 'line')
    ) OR (
        p_table IN ('cdp_master_profiles', 'cdp_profile_metrics')
        AND EXISTS (
            SELECT
            FROM c360._masked_attributes(p_tenant) AS hidden
            WHERE hidden.attribute = p_column
        )
    ) OR (
        p_table = 'cdp_purchases'
        AND p_column = ANY (c360._masked_scores(p_tenant))
    ) OR (
        p_table = 'cdp_standard_profiles'
        AND EXISTS (
            SELECT
            FROM (
                VALUES
                    ('given_name', ARRAY['first_name', 'full_name']),
                    ('family_name', ARRAY['last_name', 'full_name']),
                    ('birth_date', ARRAY['date_of_birth'])
            ) AS made (column_name, attributes)
            JOIN c360._masked_attributes(p_tenant) AS hidden ON hidden.attribute = ANY (made.attributes)
            WHERE made.column_name = p_column
        )
    );
$$;

COMMENT ON FUNCTION c360._is_hidden_column(text, text, text) IS
    'Whether readers of a tenant may not see a column of its tables; they see masked values through views.';
