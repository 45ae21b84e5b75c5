CREATE OR REPLACE VIEW tenant_plain.cdp_rfm_movement AS
SELECT
    moved.from_segment,
    moved.to_segment,
    moved.customers,
    moved.orders,
    moved.revenue
FROM tenant_plain.rfm_movement(now() - interval '30 days', now()) AS moved;

COMMENT ON VIEW tenant_plain.cdp_rfm_movement IS
    'Who went from which RFM segment to which in the last 30 days, computed now; for other days ask rfm_movement().';
COMMENT ON COLUMN tenant_plain.cdp_rfm_movement.from_segment IS 'Segment 30 days ago; new: had not bought by then.';
COMMENT ON COLUMN tenant_plain.cdp_rfm_movement.to_segment IS 'Segment now; gone: has no orders in the window of the tenant any more.';
COMMENT ON COLUMN tenant_plain.cdp_rfm_movement.orders IS 'Orders these customers have now; of those who are gone, 30 days ago.';
COMMENT ON COLUMN tenant_plain.cdp_rfm_movement.revenue IS 'Orders minus refunds, in the default currency of the tenant, as of the same time.';
