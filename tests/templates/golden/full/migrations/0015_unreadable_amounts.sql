-- Why: a refund whose amount cannot be read takes nothing, one that says none takes the whole order, and both are counted.
-- Lock: ACCESS EXCLUSIVE on cdp_purchases; milliseconds, nothing is rewritten.

ALTER TABLE tenant_full.cdp_purchases ADD COLUMN is_unreadable boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN tenant_full.cdp_purchases.is_unreadable IS 'The event said an amount, or items of a refund, that could not be read, wholly or in part.';
COMMENT ON COLUMN tenant_full.cdp_purchases.amount_minor IS 'In minor units of the currency (cents; whole for VND); NULL for an order that says none or none that could be read: it counts as an order and adds no value; NULL for a refund that says neither an amount nor items: it takes back the whole order. 0 for a refund that could not be read. With four decimals where currency is NULL.';
