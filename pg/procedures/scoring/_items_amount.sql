-- What the items of a refund come to, in major units. silent: those that say no price but which product they are, as
-- [{id, sku, quantity}]: the order has their price. is_unreadable: another item has no amount that can be read; it counts nothing.
-- amount and is_unreadable are NULL where there are no items. Raises nothing.

CREATE OR REPLACE FUNCTION c360._items_amount(
    p_products        jsonb,
    p_stated          text,
    p_default         text,
    OUT amount        numeric,
    OUT currency      text,
    OUT is_unreadable boolean,
    OUT silent        jsonb
)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT
        sum(item.amount),
        CASE WHEN count(DISTINCT item.currency) < 2 THEN coalesce(min(item.currency), p_stated, p_default) END,
        bool_or(item.amount IS NULL AND NOT item.is_known),
        jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', item.product_id, 'sku', item.sku, 'quantity', item.quantity)))
            FILTER (WHERE item.is_known)
    FROM (
        SELECT
            every.*,
            every.is_silent AND coalesce(every.product_id, every.sku) IS NOT NULL AS is_known
        FROM c360._items(p_products, p_stated, p_default) AS every
    ) AS item;
$$;

COMMENT ON FUNCTION c360._items_amount(jsonb, text, text) IS
    'What the items of a refund come to, which say no price, and whether one could not be read.';
