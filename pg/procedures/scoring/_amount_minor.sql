-- Reads an amount as a shop sent it, number or text, into minor units; NULL when it is not a plausible amount.
-- Refuses silently, because one odd event must not fail a batch: text that is not a plain decimal number (NaN, 1e9,
-- $5, 1.234,50), and anything of a thousand million million minor units or more. Raises nothing.

CREATE OR REPLACE FUNCTION c360._amount_minor(
    p_value    jsonb,
    p_currency text
)
    RETURNS bigint
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_text   text := btrim(p_value #>> '{}', E' \t\n\r');
    v_amount numeric;
BEGIN
    IF jsonb_typeof(p_value) = 'number' THEN
        v_amount := v_text::numeric;
    ELSIF jsonb_typeof(p_value) = 'string' AND v_text ~ '^[+-]?[0-9]{1,20}([.][0-9]{1,20})?$' THEN
        v_amount := v_text::numeric;
    END IF;

    -- Bounded before it is multiplied: a number near the end of numeric would overflow.
    IF abs(v_amount) < 1000000000000000 THEN
        v_amount := round(v_amount * power(10::numeric, c360._currency_exponent(p_currency)));
    END IF;

    RETURN CASE WHEN abs(v_amount) < 1000000000000000 THEN v_amount::bigint END;
END;
$$;

COMMENT ON FUNCTION c360._amount_minor(jsonb, text) IS
    'An amount as sent, in minor units of the currency; NULL when it cannot be read.';
