CREATE OR REPLACE VIEW tenant_select_2.cdp_profile_identifiers AS
SELECT
    identifier.master_profile_id,
    identifier.identifier_type,
    CASE
        WHEN split_part(identifier.identifier_type, ':', 1) = ANY (ARRAY['user', 'all']::text[])
            THEN c360.mask_value(identifier.value)
        ELSE identifier.value
    END AS value,
    identifier.raw_count,
    identifier.first_seen_at,
    identifier.last_seen_at
FROM tenant_select_2.cdp_identifiers AS identifier;

COMMENT ON VIEW tenant_select_2.cdp_profile_identifiers IS
    'Identifiers of each golden record with first and last sight; masked types are masked.';
