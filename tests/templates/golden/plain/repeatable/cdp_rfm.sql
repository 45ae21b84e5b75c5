CREATE OR REPLACE VIEW tenant_plain.cdp_rfm AS
SELECT
    rfm.master_profile_id,
    rfm.segment,
    rfm.recency_score,
    rfm.frequency_score,
    rfm.monetary_score,
    rfm.last_purchase_at,
    rfm.recency_days,
    rfm.frequency,
    rfm.monetary,
    rfm.unpriced_orders,
    rfm.other_currency_orders,
    rfm.unmatched_refunds,
    rfm.future_orders
FROM tenant_plain.rfm(now()) AS rfm;

COMMENT ON VIEW tenant_plain.cdp_rfm IS
    'Recency, frequency, monetary value, their scores and the segment of every customer, computed now; for another day ask rfm().';
COMMENT ON COLUMN tenant_plain.cdp_rfm.recency_days IS 'Days since the last order, in the time zone of the tenant.';
COMMENT ON COLUMN tenant_plain.cdp_rfm.frequency IS 'Orders, each counted, also two on one day and refunded ones.';
COMMENT ON COLUMN tenant_plain.cdp_rfm.monetary IS 'Orders minus refunds in the default currency of the tenant, in major units; other currencies at the rate of their day.';
COMMENT ON COLUMN tenant_plain.cdp_rfm.unpriced_orders IS 'Orders whose amount was missing or unreadable: in frequency, not in monetary.';
COMMENT ON COLUMN tenant_plain.cdp_rfm.other_currency_orders IS 'Orders in other currencies without a rate for their day: in frequency, not in monetary.';
COMMENT ON COLUMN tenant_plain.cdp_rfm.unmatched_refunds IS 'Refunds that name no known order of their currency: in nothing.';
COMMENT ON COLUMN tenant_plain.cdp_rfm.future_orders IS 'Orders dated later than now: in nothing yet.';
