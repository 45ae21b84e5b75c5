CREATE OR REPLACE VIEW tenant_select_2.cdp_profiles AS
SELECT
    master.master_profile_id,
    master.version,
    master.created_at,
    master.updated_at,
    metrics.refreshed_at,
    master."select",
    master."order",
    master."table",
    master."user",
    master."group",
    master."position",
    master."values",
    master."all",
    master."end",
    master.new,
    master.old,
    c360.mask_value(master.master) AS master,
    metrics.metrics,
    master.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
FROM tenant_select_2.cdp_master_profiles AS master
LEFT JOIN tenant_select_2.cdp_profile_metrics AS metrics ON metrics.master_profile_id = master.master_profile_id
WHERE master.status = 'active';

COMMENT ON VIEW tenant_select_2.cdp_profiles IS
    'Golden records: one row per person with every attribute of the tenant. Absorbed records are left out, masked attributes are masked.';
COMMENT ON COLUMN tenant_select_2.cdp_profiles."select" IS E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''';
COMMENT ON COLUMN tenant_select_2.cdp_profiles."order" IS E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''';
COMMENT ON COLUMN tenant_select_2.cdp_profiles."table" IS E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''';
COMMENT ON COLUMN tenant_select_2.cdp_profiles."user" IS E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''';
COMMENT ON COLUMN tenant_select_2.cdp_profiles."group" IS E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''';
COMMENT ON COLUMN tenant_select_2.cdp_profiles."position" IS E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''';
COMMENT ON COLUMN tenant_select_2.cdp_profiles."values" IS E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''';
COMMENT ON COLUMN tenant_select_2.cdp_profiles."all" IS E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''';
COMMENT ON COLUMN tenant_select_2.cdp_profiles."end" IS E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''';
COMMENT ON COLUMN tenant_select_2.cdp_profiles.new IS E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''';
COMMENT ON COLUMN tenant_select_2.cdp_profiles.old IS E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''';
COMMENT ON COLUMN tenant_select_2.cdp_profiles.master IS E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''';
COMMENT ON COLUMN tenant_select_2.cdp_profiles.metrics IS E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''';
