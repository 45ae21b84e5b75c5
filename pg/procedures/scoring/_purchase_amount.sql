-- The amount of an order or refund in minor units. Of the names the e-commerce specification of Segment knows, revenue
-- comes first, because it leaves tax and shipping out, then total, then value; the first one that can be read counts.
-- A refund may be sent with either sign; an order with a negative amount has none. Raises nothing.

CREATE OR REPLACE FUNCTION c360._purchase_amount(
    p_kind       text,
    p_properties jsonb,
    p_currency   text
)
    RETURNS bigint
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE WHEN p_kind = 'refund' THEN abs(candidate.amount) ELSE candidate.amount END
    FROM (
        VALUES
            (1, c360._amount_minor(p_properties -> 'revenue', p_currency)),
            (2, c360._amount_minor(p_properties -> 'total', p_currency)),
            (3, c360._amount_minor(p_properties -> 'value', p_currency))
    ) AS candidate (position, amount)
    WHERE candidate.amount >= 0
       OR p_kind = 'refund'
    ORDER BY
        candidate.amount IS NULL,
        candidate.position
    LIMIT 1;
$$;

COMMENT ON FUNCTION c360._purchase_amount(text, jsonb, text) IS
    'Revenue, else total, else value of an order or refund, in minor units; NULL when none can be read.';
