-- The exchange rates into the default currency of the tenant, newest day first: of one currency or of all. Reads only.
-- Raises: U4404 tenant_not_found, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.list_currency_rates(
    p_tenant   text,
    p_currency text DEFAULT NULL,
    p_limit    integer DEFAULT 100
)
    RETURNS TABLE (currency text, day date, rate numeric, in_currency text, set_at timestamptz, set_by text)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        known.currency,
        known.day,
        known.rate,
        known.in_currency,
        known.set_at,
        known.set_by
    FROM cdp_currency_rates AS known
    JOIN c360.tenants AS tenant
        ON tenant.tenant = p_tenant
        AND tenant.default_currency = known.in_currency
    WHERE p_currency IS NULL
       OR known.currency = upper(p_currency)
    ORDER BY
        known.day DESC,
        known.currency
    LIMIT c360._checked_limit(p_limit);
END;
$$;

COMMENT ON FUNCTION c360.list_currency_rates(text, text, integer) IS
    'Exchange rates into the currency of the tenant, newest first.';
