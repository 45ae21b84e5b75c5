-- What the items of a refund come to, in major units: of each its price times its quantity (1 where none is sent), else its total,
-- subtotal or value. is_unreadable: an item says nothing of the kind, or says it in a way that cannot be read; it counts nothing.
-- Signs make no difference. Both are NULL where there are no items. Raises nothing.

CREATE OR REPLACE FUNCTION c360._items_amount(
    p_products        jsonb,
    p_stated          text,
    p_default         text,
    OUT amount        numeric,
    OUT currency      text,
    OUT is_unreadable boolean
)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT
        sum(item.amount),
        CASE WHEN count(DISTINCT item.currency) < 2 THEN coalesce(min(item.currency), p_stated, p_default) END,
        bool_or(item.amount IS NULL)
    FROM (
        SELECT
            priced.currency,
            abs(priced.amount * CASE
                WHEN priced.position > 1 OR c360._says_nothing(product.value -> 'quantity') THEN 1
                ELSE (c360._read_amount(product.value -> 'quantity', NULL, p_default)).amount
            END) AS amount
        FROM jsonb_array_elements(
            CASE
                WHEN c360._says_nothing(p_products) THEN '[]'
                WHEN jsonb_typeof(p_products) = 'array' THEN p_products
                ELSE jsonb_build_array(p_products)
            END
        ) AS product (value)
        LEFT JOIN LATERAL (
            SELECT
                named.position,
                read.amount,
                read.currency
            FROM unnest('{price,total,subtotal,value}'::text[]) WITH ORDINALITY AS named (member, position)
            CROSS JOIN LATERAL c360._read_amount(product.value -> named.member, p_stated, p_default) AS read
            WHERE read.amount IS NOT NULL
            ORDER BY named.position
            LIMIT 1
        ) AS priced ON true
    ) AS item;
$$;

COMMENT ON FUNCTION c360._items_amount(jsonb, text, text) IS
    'What the items of a refund come to, and whether one of them could not be read.';
