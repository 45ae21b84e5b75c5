CREATE OR REPLACE VIEW tenant_plain.cdp_profiles AS
SELECT
    master.master_profile_id,
    master.version,
    master.created_at,
    master.updated_at,
    metrics.refreshed_at,
    master.email,
    master.first_name
FROM tenant_plain.cdp_master_profiles AS master
LEFT JOIN tenant_plain.cdp_profile_metrics AS metrics ON metrics.master_profile_id = master.master_profile_id
WHERE master.status = 'active';

COMMENT ON VIEW tenant_plain.cdp_profiles IS
    'Golden records: one row per person with every attribute of the tenant. Absorbed records are left out, masked attributes are masked.';
COMMENT ON COLUMN tenant_plain.cdp_profiles.first_name IS 'Given name.';
