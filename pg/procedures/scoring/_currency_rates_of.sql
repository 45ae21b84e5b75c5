-- What a unit of other currencies is worth in p_in on days: the latest rate on or before the day; no row without one. A tenant that has
-- no table for rates yet has none. Trusts the search_path.

CREATE OR REPLACE FUNCTION c360._currency_rates_of(p_in text, p_wanted c360.currency_day[])
    RETURNS TABLE (currency text, rate_day date, rate numeric)
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_column
BEGIN
    IF cardinality(p_wanted) = 0 OR to_regclass('cdp_currency_rates') IS NULL THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT
        wanted.currency,
        wanted.day,
        latest.rate
    FROM unnest(p_wanted) AS wanted
    CROSS JOIN LATERAL (
        SELECT known.rate
        FROM cdp_currency_rates AS known
        WHERE known.in_currency = p_in
          AND known.currency = wanted.currency
          AND known.day <= wanted.day
        ORDER BY known.day DESC
        LIMIT 1
    ) AS latest;
END;
$$;

COMMENT ON FUNCTION c360._currency_rates_of(text, c360.currency_day[]) IS
    'What a unit of other currencies was worth on days.';
