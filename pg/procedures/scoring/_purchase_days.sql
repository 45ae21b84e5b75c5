-- The days on which golden records bought, in the time zone of the tenant: these, or all when p_ids is NULL, with orders until p_as_of.
-- Orders of one day are one purchase. value: what they come to in the default currency of the tenant, refunds until p_as_of taken
-- off, in major units; NULL where no order of the day has an amount in it. Also how many orders were left out of it, and the day of the next
-- order after p_as_of, on every row of a golden record; one without orders until then has no row. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._purchase_days(
    p_tenant text,
    p_ids    uuid[],
    p_as_of  timestamptz
)
    RETURNS TABLE (master_profile_id uuid, day date, value numeric, unpriced_orders bigint, other_currency_orders bigint, next_day date)
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_variable
DECLARE
    v_tenant record;
BEGIN
    SELECT
        tenant.time_zone,
        power(10::numeric, c360._currency_exponent(tenant.default_currency)) AS minor_units
    INTO v_tenant
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    RETURN QUERY
    WITH entry AS (
        SELECT
            told.*,
            (told.occurred_at AT TIME ZONE v_tenant.time_zone)::date AS day
        FROM c360._purchase_entries(p_tenant, p_ids, p_as_of) AS told
        -- Looked up one by one, so that a few never read all.
        CROSS JOIN LATERAL (
            SELECT profile.status
            FROM cdp_master_profiles AS profile
            WHERE profile.master_profile_id = told.master_profile_id
            OFFSET 0
        ) AS golden
        WHERE (told.is_order OR told.is_future)
          AND golden.status = 'active'
    )
    SELECT
        daily.master_profile_id,
        daily.day,
        daily.value,
        daily.unpriced_orders,
        daily.other_currency_orders,
        daily.next_day
    FROM (
        SELECT
            entry.master_profile_id,
            entry.day,
            count(*) FILTER (WHERE entry.is_order) AS orders,
            sum(entry.net_minor) FILTER (WHERE entry.is_order AND NOT entry.is_other_currency) / v_tenant.minor_units AS value,
            count(*) FILTER (WHERE entry.is_order AND entry.is_unpriced) AS unpriced_orders,
            count(*) FILTER (WHERE entry.is_order AND NOT entry.is_unpriced AND entry.is_other_currency) AS other_currency_orders,
            min(min(entry.day) FILTER (WHERE entry.is_future)) OVER (PARTITION BY entry.master_profile_id) AS next_day
        FROM entry
        GROUP BY
            entry.master_profile_id,
            entry.day
    ) AS daily
    WHERE daily.orders > 0;
END;
$$;

COMMENT ON FUNCTION c360._purchase_days(text, uuid[], timestamptz) IS
    'Days on which golden records bought, and what for.';
