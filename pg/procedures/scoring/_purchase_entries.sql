-- The orders and refunds of golden records as they count as of a point in time: of these, or of all that ever ordered when p_ids is NULL. Each
-- report of an order that counts, and each refund. whole_minor is an order, net_minor what is left of it (never below 0) when refunds until then
-- are taken off, both in minor units of the default currency of the tenant. An order in another currency is converted, refunds with it, at the
-- rate of its day in the tenant's time zone and rounded once; without a rate it is is_other_currency, and its amounts are not to be added.
-- An order after p_as_of is is_future, a refund that no order is known for is_unmatched. Trusts the search_path. Raises nothing.
-- Custom plans, because one text serves one golden record (by index) and all of them (by hash).

CREATE OR REPLACE FUNCTION c360._purchase_entries(
    p_tenant text,
    p_ids    uuid[],
    p_as_of  timestamptz
)
    RETURNS TABLE (
        master_profile_id  uuid,
        occurred_at        timestamptz,
        is_order           boolean,
        is_future          boolean,
        is_unpriced        boolean,
        is_other_currency  boolean,
        is_unreadable      boolean,
        whole_minor        numeric,
        net_minor          numeric,
        refund_count       bigint,
        is_unmatched       boolean
    )
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    v_currency text;
    v_zone     text;
    v_exponent integer;
    v_numbers  text[];
BEGIN
    SELECT
        tenant.default_currency,
        tenant.time_zone
    INTO
        v_currency,
        v_zone
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    v_exponent := c360._currency_exponent(v_currency);

    IF p_ids IS NOT NULL THEN
        v_numbers := ARRAY(
            SELECT DISTINCT bought.order_id
            FROM cdp_profile_links AS link
            JOIN cdp_purchases AS bought ON bought.raw_profile_id = link.raw_profile_id
            WHERE link.master_profile_id = ANY (p_ids)
              AND bought.order_id IS NOT NULL
        );
    END IF;

    RETURN QUERY
    WITH purchase AS MATERIALIZED (
        SELECT
            link.master_profile_id,
            bought.purchase_id,
            bought.kind,
            bought.order_id,
            bought.occurred_at,
            bought.amount_minor,
            bought.currency,
            bought.is_unreadable,
            CASE WHEN bought.currency <> v_currency THEN (bought.occurred_at AT TIME ZONE v_zone)::date END AS rate_day
        FROM cdp_profile_links AS link
        JOIN cdp_purchases AS bought ON bought.raw_profile_id = link.raw_profile_id
        WHERE p_ids IS NULL
           OR link.master_profile_id = ANY (p_ids)
    ),
    rate AS MATERIALIZED (
        SELECT
            said.currency,
            said.rate_day,
            -- From a minor unit of the one to a minor unit of the other.
            said.rate * power(10::numeric, v_exponent - c360._currency_exponent(said.currency)) AS minor_rate
        FROM c360._currency_rates_of(
            v_currency,
            ARRAY(
                SELECT DISTINCT ROW(purchase.currency, purchase.rate_day)::c360.currency_day
                FROM purchase
                WHERE purchase.kind = 'order'
                  AND purchase.rate_day IS NOT NULL
            )
        ) AS said
    )
    SELECT
        purchase.master_profile_id,
        purchase.occurred_at,
        purchase.kind = 'order' AND purchase.occurred_at <= p_as_of AS is_order,
        purchase.kind = 'order' AND purchase.occurred_at > p_as_of AS is_future,
        purchase.amount_minor IS NULL AS is_unpriced,
        purchase.currency IS DISTINCT FROM v_currency AND rate.minor_rate IS NULL AS is_other_currency,
        (purchase.is_unreadable OR counted.is_unfound) AND purchase.occurred_at <= p_as_of AS is_unreadable,
        CASE
            WHEN rate.minor_rate IS NULL THEN purchase.amount_minor
            ELSE round(purchase.amount_minor * rate.minor_rate)
        END AS whole_minor,
        CASE
            WHEN rate.minor_rate IS NULL THEN purchase.amount_minor - taken.minor
            ELSE round((purchase.amount_minor - taken.minor) * rate.minor_rate)
        END AS net_minor,
        counted.refund_count,
        purchase.kind = 'refund' AND purchase.occurred_at <= p_as_of AND counted.purchase_id IS NULL AS is_unmatched
    FROM purchase
    LEFT JOIN c360._counted_orders(p_tenant, v_numbers, p_as_of) AS counted ON counted.purchase_id = purchase.purchase_id
    LEFT JOIN rate
        ON rate.currency = purchase.currency
        AND rate.rate_day = purchase.rate_day
    CROSS JOIN LATERAL (SELECT least(purchase.amount_minor, coalesce(counted.taken_minor, 0)) AS minor) AS taken
    WHERE purchase.kind = 'refund'
       OR purchase.order_id IS NULL
       OR counted.purchase_id IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION c360._purchase_entries(text, uuid[], timestamptz) IS
    'Orders and refunds of golden records as they count as of a point in time, in one currency.';
