-- What items of a refund that say no price come to by the items of the order, both as cdp_purchases has them: all of the product
-- where the refund says no quantity, never more than was ordered. An item is the one of the order that nothing it says contradicts,
-- product and sku. is_unfound: an item is not in the order, or there at several prices; it counts nothing. Raises nothing.

CREATE OR REPLACE FUNCTION c360._amount_of_items(
    p_refunded     jsonb,
    p_ordered      jsonb,
    OUT amount     numeric,
    OUT is_unfound boolean
)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT
        coalesce(sum(found.amount * least(1, coalesce(item.quantity / found.quantity, 1))), 0),
        coalesce(bool_or(found.amount IS NULL), false)
    FROM jsonb_to_recordset(p_refunded) AS item (id text, sku text, quantity numeric)
    LEFT JOIN LATERAL (
        SELECT
            sum(line.amount) AS amount,
            sum(line.quantity) AS quantity
        FROM jsonb_to_recordset(p_ordered) AS line (id text, sku text, quantity numeric, amount numeric)
        WHERE (line.id = item.id OR line.sku = item.sku)
          AND coalesce(line.id = item.id, true)
          AND coalesce(line.sku = item.sku, true)
        HAVING count(DISTINCT line.amount / line.quantity) = 1
    ) AS found ON true;
$$;

COMMENT ON FUNCTION c360._amount_of_items(jsonb, jsonb) IS
    'What items of a refund without a price come to by those of its order.';
