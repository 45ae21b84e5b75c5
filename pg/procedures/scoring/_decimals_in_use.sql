-- How many decimals people write in a currency: those of its minor unit, none where that has lost its worth, as in IDR or COP.
-- Follows the digits of cash in CLDR where what one unit buys leaves no doubt. Raises nothing.

CREATE OR REPLACE FUNCTION c360._decimals_in_use(p_currency text)
    RETURNS integer
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_currency IN ('AFN', 'ALL', 'AMD', 'COP', 'CRC', 'HUF', 'IDR', 'IRR', 'KHR', 'KPW', 'LAK', 'LBP', 'MGA', 'MMK', 'MNT',
                            'RSD', 'SOS', 'SYP', 'TZS', 'UZS', 'YER') THEN 0
        ELSE c360._currency_exponent(p_currency)
    END;
$$;

COMMENT ON FUNCTION c360._decimals_in_use(text) IS
    'How many decimals people write in a currency.';
