-- How many decimal digits the minor unit of a currency has: 2 for most, 0 for VND and JPY, 3 for KWD.
-- Follows ISO 4217, list one; a code it does not list has 2. Raises nothing.

CREATE OR REPLACE FUNCTION c360._currency_exponent(p_currency text)
    RETURNS integer
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND',
                            'VUV', 'XAF', 'XOF', 'XPF') THEN 0
        WHEN p_currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
        WHEN p_currency IN ('CLF', 'UYW') THEN 4
        ELSE 2
    END;
$$;

COMMENT ON FUNCTION c360._currency_exponent(text) IS
    'Decimal digits of the minor unit of an ISO 4217 currency.';
