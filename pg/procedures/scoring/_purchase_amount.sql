-- The amount of an order or refund in minor units and its currency. Of the names the e-commerce specification of Segment knows,
-- revenue comes first, because it leaves tax and shipping out, then total, then value; a refund may also say what it is about
-- (refund_amount, amount, subtotal), or list its items. The first that can be read counts; a refund of 0 with items is one of these.
--   amount_minor: NULL for an order without one, or with a negative one, and for a refund of the whole order: it says neither an
--     amount nor items. Of a refund without currency it has four decimals, for those of its order are not known yet, and
--     currency is NULL. A refund may be sent with either sign.
--   is_unreadable: something was said and could not be read, wholly or, of items, partly. Such a refund takes what could be read.
--   items: of an order those whose amount can be read, [{id, sku, quantity, amount}]; of a refund those that say no price.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._purchase_amount(
    p_kind            text,
    p_properties      jsonb,
    p_default         text,
    OUT amount_minor  bigint,
    OUT currency      text,
    OUT is_unreadable boolean,
    OUT items         jsonb
)
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_stated  text   := c360._stated_currency(p_properties -> 'currency', p_default);
    v_names   text[] := CASE p_kind
        WHEN 'order' THEN '{revenue,total,value}'
        ELSE '{refund_amount,refundAmount,revenue,total,value,amount,subtotal}'
    END;
    v_amount  numeric;
    v_items   record;
BEGIN
    SELECT
        sent.amount,
        sent.currency
    INTO
        v_amount,
        currency
    FROM unnest(v_names) WITH ORDINALITY AS named (member, position)
    CROSS JOIN LATERAL c360._read_amount(p_properties -> named.member, v_stated, p_default) AS sent
    WHERE p_properties ? named.member
      AND (sent.amount >= 0 OR p_kind = 'refund')
      AND c360._amount_minor(sent.amount, sent.currency) IS NOT NULL
    ORDER BY named.position
    LIMIT 1;

    is_unreadable := v_amount IS NULL AND EXISTS (
        SELECT
        FROM unnest(v_names) AS named (member)
        WHERE NOT c360._says_nothing(p_properties -> named.member)
    );

    IF p_kind = 'refund' AND coalesce(v_amount, 0) = 0 THEN
        v_items := c360._items_amount(p_properties -> 'products', v_stated, p_default);
        currency := CASE WHEN v_items.is_unreadable IS NULL THEN currency ELSE v_items.currency END;
        is_unreadable := is_unreadable OR coalesce(v_items.is_unreadable, false);
        v_amount := CASE WHEN is_unreadable OR v_items.is_unreadable IS NOT NULL THEN coalesce(v_items.amount, 0) ELSE v_amount END;
        items := v_items.silent;
    END IF;

    IF p_kind = 'order' THEN
        currency := coalesce(currency, v_stated, p_default);
        amount_minor := c360._amount_minor(v_amount, currency);
        items := (
            SELECT jsonb_agg(
                jsonb_strip_nulls(
                    jsonb_build_object('id', item.product_id, 'sku', item.sku, 'quantity', coalesce(item.quantity, 1), 'amount', item.amount)
                )
            )
            FROM c360._items(p_properties -> 'products', v_stated, p_default) AS item
            WHERE item.amount IS NOT NULL
              AND item.currency = _purchase_amount.currency
              AND coalesce(item.product_id, item.sku) IS NOT NULL
              AND coalesce(item.quantity, 1) > 0
        );
    ELSE
        -- Without a currency the decimals of a refund are not known yet: CLF has the most of all currencies.
        currency := coalesce(v_stated, nullif(currency, p_default));
        amount_minor := c360._amount_minor(abs(v_amount), coalesce(currency, 'CLF'));
        IF amount_minor IS NULL AND v_amount IS NOT NULL THEN
            amount_minor := 0;
            is_unreadable := true;
        END IF;
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._purchase_amount(text, jsonb, text) IS
    'The amount of an order or refund in minor units, its currency, its items, and whether it could not be read.';
