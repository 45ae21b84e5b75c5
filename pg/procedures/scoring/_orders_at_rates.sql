-- The observations of orders that count at the rates of these days: from the day on until the next rate of the currency. To be asked
-- when the rates are written. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._orders_at_rates(p_tenant text, p_rates c360.currency_day[])
    RETURNS TABLE (raw_profile_id bigint, order_count bigint)
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH stretch AS MATERIALIZED (
        SELECT
            changed.currency,
            changed.day::timestamp AT TIME ZONE tenant.time_zone AS since,
            next.day::timestamp AT TIME ZONE tenant.time_zone AS until
        FROM c360.tenants AS tenant
        CROSS JOIN unnest(p_rates) AS changed
        LEFT JOIN LATERAL (
            SELECT min(known.day) AS day
            FROM cdp_currency_rates AS known
            WHERE known.in_currency = tenant.default_currency
              AND known.currency = changed.currency
              AND known.day > changed.day
        ) AS next ON true
        WHERE tenant.tenant = p_tenant
    )
    SELECT
        bought.raw_profile_id,
        count(*)
    FROM cdp_purchases AS bought
    WHERE bought.kind = 'order'
      AND EXISTS (
          SELECT
          FROM stretch
          WHERE stretch.currency = bought.currency
            AND bought.occurred_at >= stretch.since
            AND (stretch.until IS NULL OR bought.occurred_at < stretch.until)
      )
    GROUP BY bought.raw_profile_id
    ORDER BY bought.raw_profile_id;
END;
$$;

COMMENT ON FUNCTION c360._orders_at_rates(text, c360.currency_day[]) IS
    'Observations of orders that count at the rates of these days.';
