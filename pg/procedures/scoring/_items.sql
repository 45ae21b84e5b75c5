-- The products of an order or refund as they are read. product_id and sku: comparable. quantity: NULL where none is sent. amount:
-- of the price times the quantity (1 where none is sent), else of total, subtotal or value, in major units; NULL where none can be
-- read. is_silent: says no amount, and a quantity that can be read or none. Signs make no difference. Raises nothing.

CREATE OR REPLACE FUNCTION c360._items(
    p_products jsonb,
    p_stated   text,
    p_default  text
)
    RETURNS TABLE (product_id text, sku text, quantity numeric, amount numeric, currency text, is_silent boolean)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT
        coalesce(
            c360._order_key(product.value -> 'product_id'),
            c360._order_key(product.value -> 'productId'),
            c360._order_key(product.value -> 'item_id'),
            c360._order_key(product.value -> 'id')
        ),
        c360._order_key(product.value -> 'sku'),
        counted.quantity,
        abs(priced.amount * CASE
            WHEN priced.position > 1 OR c360._says_nothing(product.value -> 'quantity') THEN 1
            ELSE counted.quantity
        END),
        priced.currency,
        c360._says_nothing(product.value -> 'price')
            AND c360._says_nothing(product.value -> 'total')
            AND c360._says_nothing(product.value -> 'subtotal')
            AND c360._says_nothing(product.value -> 'value')
            AND (counted.quantity IS NOT NULL OR c360._says_nothing(product.value -> 'quantity'))
    FROM jsonb_array_elements(
        CASE
            WHEN c360._says_nothing(p_products) THEN '[]'
            WHEN jsonb_typeof(p_products) = 'array' THEN p_products
            ELSE jsonb_build_array(p_products)
        END
    ) AS product (value)
    -- How many there are is in no currency.
    LEFT JOIN LATERAL (
        SELECT abs(read.amount) AS quantity
        FROM c360._read_amount(product.value -> 'quantity', NULL, 'XXX') AS read
        WHERE abs(read.amount) BETWEEN 0.000001 AND 1000000000
           OR read.amount = 0
    ) AS counted ON true
    LEFT JOIN LATERAL (
        SELECT
            named.position,
            read.amount,
            read.currency
        FROM unnest('{price,total,subtotal,value}'::text[]) WITH ORDINALITY AS named (member, position)
        CROSS JOIN LATERAL c360._read_amount(product.value -> named.member, p_stated, p_default) AS read
        WHERE abs(read.amount) < 1000000000000000
        ORDER BY named.position
        LIMIT 1
    ) AS priced ON true;
$$;

COMMENT ON FUNCTION c360._items(jsonb, text, text) IS
    'The products of an order or refund: what they are, how many, and what they come to.';
