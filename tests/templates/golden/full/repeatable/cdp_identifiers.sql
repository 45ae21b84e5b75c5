CREATE OR REPLACE VIEW tenant_full.cdp_identifiers AS
SELECT
    identifier.identifier_type,
    identifier.value,
    link.master_profile_id,
    count(*)::integer AS raw_count,
    min(least(raw.observed_at, seen.first_at)) AS first_seen_at,
    max(greatest(raw.observed_at, seen.last_at)) AS last_seen_at,
    bool_or(identifier.is_usable) AS is_usable
FROM tenant_full.cdp_raw_identifiers AS identifier
JOIN tenant_full.cdp_profile_links AS link ON link.raw_profile_id = identifier.raw_profile_id
LEFT JOIN tenant_full.cdp_raw_profiles AS raw ON raw.raw_profile_id = identifier.raw_profile_id
LEFT JOIN LATERAL (
    SELECT
        min(activity.first_at) AS first_at,
        max(activity.last_at) AS last_at
    FROM tenant_full.cdp_activity AS activity
    WHERE activity.raw_profile_id = identifier.raw_profile_id
) AS seen ON true
GROUP BY
    identifier.identifier_type,
    identifier.value,
    link.master_profile_id;

COMMENT ON VIEW tenant_full.cdp_identifiers IS
    'Normalised identifier -> golden record, with first and last sight over its observations. Two rows for one value: the value is contested.';
COMMENT ON COLUMN tenant_full.cdp_identifiers.is_usable IS 'false: blocked value or a type that is not matched.';
COMMENT ON COLUMN tenant_full.cdp_identifiers.raw_count IS 'How many observations of the golden record hold it.';
