CREATE OR REPLACE VIEW tenant_full.cdp_profiles AS
SELECT
    master.master_profile_id,
    master.version,
    master.created_at,
    master.updated_at,
    metrics.refreshed_at,
    master.of_type_text,
    master.of_type_text_list,
    master.of_type_integer,
    master.of_type_bigint,
    master.of_type_numeric,
    master.of_type_double,
    master.of_type_boolean,
    master.of_type_date,
    master.of_type_timestamp,
    master.of_type_json,
    master.by_most_recent,
    master.by_first,
    master.by_most_frequent,
    master.by_longest,
    master.by_source_priority,
    master.by_verified_first,
    master.by_max,
    master.by_min,
    master.as_name,
    master.as_email,
    master.as_phone,
    master.as_id,
    master.as_date,
    master.as_gender,
    master.as_country,
    master.email,
    master.secondary_emails,
    master.user_id,
    c360.mask_value(master.national_ids) AS national_ids,
    master.crm_contact_ids,
    c360.mask_value(master.born) AS born,
    master.source_systems,
    master.total_orders,
    metrics.last_seen_at,
    metrics.churn_probability
FROM tenant_full.cdp_master_profiles AS master
LEFT JOIN tenant_full.cdp_profile_metrics AS metrics ON metrics.master_profile_id = master.master_profile_id
WHERE master.status = 'active';

COMMENT ON VIEW tenant_full.cdp_profiles IS
    'Golden records: one row per person with every attribute of the tenant. Absorbed records are left out, masked attributes are masked.';
