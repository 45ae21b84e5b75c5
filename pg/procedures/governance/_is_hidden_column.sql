-- Says whether a column of a tenant's table is kept from its readers: masked attributes and what is made of them, and the
-- columns where values stand as they were sent, which may hold a masked one, or checksums of values, from which a phone number
-- is found by trying all. Reads only.

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
        ('cdp_raw_identifiers', 'value'),
        ('cdp_identifiers', 'value'),
        ('cdp_behavioral_events', 'payload'),
        ('cdp_past_touchpoints', 'url'),
        ('cdp_rejected_events', 'payload'),
        ('cdp_rejected_events', 'reason'),
        ('cdp_import_records', 'record_key'),
        ('cdp_import_rejects', 'content'),
        ('cdp_resolution_failures', 'reason'),
        ('cdp_profile_links', 'evidence'),
        ('cdp_standard_profiles', 'attributes'),
        ('cdp_match_reviews', 'evidence'),
        ('cdp_match_fields', 'fields'),
        ('cdp_match_frequencies', 'value'),
        ('cdp_match_common_keys', 'key'),
        ('cdp_blocking_keys', 'key'),
        ('cdp_match_keys', 'key'),
        ('cdp_profile_merges', 'evidence'),
        ('cdp_profile_history', 'profile'),
        ('cdp_profile_history', 'reason')
    ) OR (
        p_table IN ('cdp_master_profiles', 'cdp_profile_metrics')
        AND EXISTS (
            SELECT
            FROM c360.profile_attributes AS attribute
            WHERE attribute.tenant = p_tenant
              AND attribute.attribute = p_column
              AND attribute.is_masked
        )
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
            JOIN c360.profile_attributes AS attribute ON attribute.attribute = ANY (made.attributes)
            WHERE attribute.tenant = p_tenant
              AND made.column_name = p_column
              AND attribute.is_masked
        )
    );
$$;

COMMENT ON FUNCTION c360._is_hidden_column(text, text, text) IS
    'Whether readers of a tenant may not see a column of its tables; they see masked values through views.';
