-- Why: shops number their orders independently of each other, so each observation keeps what it reported and reading decides which
-- of them are one order; a refund of products without prices takes those of its order. What is recorded stays as it is.
-- Lock: ACCESS EXCLUSIVE on cdp_purchases while one index is built, about a second for a million orders; nothing is rewritten.

ALTER TABLE tenant_select_2.cdp_purchases ADD COLUMN items jsonb;
CREATE UNIQUE INDEX cdp_purchases_order_id_raw_profile_id_key ON tenant_select_2.cdp_purchases (order_id, raw_profile_id) WHERE kind = 'order';
DROP INDEX tenant_select_2.cdp_purchases_order_id_key;
COMMENT ON COLUMN tenant_select_2.cdp_purchases.order_id IS 'The shop''s order number. An order reported twice by one observation is one row, the best report whichever came first; rows of several observations may be one order, see c360._counted_orders().';
COMMENT ON COLUMN tenant_select_2.cdp_purchases.report_count IS 'How many events of the observation reported this order.';
COMMENT ON COLUMN tenant_select_2.cdp_purchases.items IS 'Products of an order with their amounts in major units, [{id, sku, quantity, amount}]; of a refund those without a price, which takes that of its order.';
