-- An amount in minor units of its currency; NULL for one that is not plausible, a thousand million million minor units or more.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._amount_minor(
    p_amount   numeric,
    p_currency text
)
    RETURNS bigint
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE WHEN abs(told.minor) < 1000000000000000 THEN told.minor::bigint END
    FROM (
        SELECT
            -- Bounded before it is multiplied: a number near the end of numeric would overflow.
            CASE
                WHEN abs(p_amount) < 1000000000000000
                    THEN round(p_amount * power(10::numeric, c360._currency_exponent(p_currency)))
            END AS minor
    ) AS told;
$$;

COMMENT ON FUNCTION c360._amount_minor(numeric, text) IS
    'An amount in minor units of the currency; NULL when it is not plausible.';
