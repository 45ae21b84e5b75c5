-- Why: times, amounts and order numbers are read as people write them, and what cannot be read is counted: functions take or
-- answer more than they did, and every tenant has an attribute for the counts.
-- Lock: none beyond a row of metadata a tenant; milliseconds.

DROP FUNCTION IF EXISTS c360._order_number(jsonb);
DROP FUNCTION IF EXISTS c360._amount_minor(jsonb, text);
DROP FUNCTION IF EXISTS c360._purchase_amount(text, jsonb, text);
DROP FUNCTION IF EXISTS c360._purchase_facts(text, uuid[], timestamptz);
DROP FUNCTION IF EXISTS c360._take_back_reports(bigint[]);
DROP FUNCTION IF EXISTS c360._rfm(text, timestamptz);
DROP FUNCTION IF EXISTS c360._import_time(jsonb);
DROP FUNCTION IF EXISTS c360._import_holds(text, jsonb);
DROP FUNCTION IF EXISTS c360._judge_import_rows(text, text, boolean, boolean, jsonb[], text[], timestamptz);
DROP FUNCTION IF EXISTS c360.status();
DROP FUNCTION IF EXISTS c360.tenant_status(text);

INSERT INTO c360.profile_attributes (
    tenant, "position", attribute_group, attribute, data_type, pii_class, trait_paths, normaliser, survivorship, maintained_by,
    description
)
SELECT
    known.tenant, 565, 'value', 'purchase_warnings', 'jsonb', 'none', '{}', 'none', 'most_recent', 'scoring',
    'What the value leaves out, counted: {unpriced_orders, unreadable_amounts, unmatched_refunds, other_currency_orders, future_orders}.'
FROM c360.tenants AS known
ON CONFLICT DO NOTHING;
