-- What the orders of golden records come to as of a point in time: of these, or of all that ever ordered when p_ids is NULL.
-- Value is in the default currency of the tenant, in major units, refunds taken off the order they name (never more than the
-- order); orders in other currencies are counted beside it and never added. Trusts the search_path. Raises nothing.
-- Custom plans, because one text serves one golden record (by index) and all of them (by hash).

CREATE OR REPLACE FUNCTION c360._purchase_facts(
    p_tenant text,
    p_ids    uuid[]      DEFAULT NULL,
    p_as_of  timestamptz DEFAULT 'infinity'
)
    RETURNS TABLE (
        master_profile_id     uuid,
        total_orders          bigint,
        total_revenue         numeric,
        avg_order_value       numeric,
        first_purchase_at     timestamptz,
        last_purchase_at      timestamptz,
        unpriced_orders       bigint,
        other_currency_orders bigint,
        unmatched_refunds     bigint,
        future_orders         bigint,
        unreadable_amounts    bigint
    )
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    v_currency text;
    v_exponent integer;
BEGIN
    SELECT tenant.default_currency
    INTO v_currency
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    v_exponent := c360._currency_exponent(v_currency);

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
            bought.is_unreadable
        FROM cdp_profile_links AS link
        JOIN cdp_purchases AS bought ON bought.raw_profile_id = link.raw_profile_id
        WHERE p_ids IS NULL
           OR link.master_profile_id = ANY (p_ids)
    ),
    taken_back AS (
        SELECT
            ordered.purchase_id,
            sum(
                CASE
                    WHEN refund.amount_minor IS NULL THEN ordered.amount_minor
                    -- Sent without a currency: kept with four decimals, meant in the currency of the order.
                    WHEN refund.currency IS NULL
                        THEN round(refund.amount_minor * power(10::numeric, c360._currency_exponent(ordered.currency) - 4))
                    ELSE refund.amount_minor
                END
            ) AS amount_minor
        FROM purchase AS ordered
        JOIN cdp_purchases AS refund ON refund.order_id = ordered.order_id
        WHERE ordered.kind = 'order'
          AND refund.kind = 'refund'
          AND refund.occurred_at <= p_as_of
          AND coalesce(refund.currency, ordered.currency) = ordered.currency
        GROUP BY ordered.purchase_id
    ),
    entry AS (
        SELECT
            purchase.master_profile_id,
            purchase.occurred_at,
            purchase.kind = 'order' AND purchase.occurred_at <= p_as_of AS is_order,
            purchase.kind = 'order' AND purchase.occurred_at > p_as_of AS is_future,
            purchase.amount_minor IS NULL AS is_unpriced,
            purchase.currency IS DISTINCT FROM v_currency AS is_other_currency,
            purchase.is_unreadable AND purchase.occurred_at <= p_as_of AS is_unreadable,
            purchase.amount_minor - least(purchase.amount_minor, coalesce(taken_back.amount_minor, 0)) AS net_minor,
            purchase.kind = 'refund' AND purchase.occurred_at <= p_as_of AND NOT EXISTS (
                SELECT
                FROM cdp_purchases AS ordered
                WHERE ordered.kind = 'order'
                  AND ordered.order_id = purchase.order_id
                  AND ordered.currency = coalesce(purchase.currency, ordered.currency)
            ) AS is_unmatched
        FROM purchase
        LEFT JOIN taken_back ON taken_back.purchase_id = purchase.purchase_id
    )
    SELECT
        entry.master_profile_id,
        count(*) FILTER (WHERE entry.is_order),
        round(sum(entry.net_minor) FILTER (WHERE entry.is_order AND NOT entry.is_other_currency)
            / power(10::numeric, v_exponent), v_exponent),
        round(avg(entry.net_minor) FILTER (WHERE entry.is_order AND NOT entry.is_other_currency)
            / power(10::numeric, v_exponent), v_exponent),
        min(entry.occurred_at) FILTER (WHERE entry.is_order),
        max(entry.occurred_at) FILTER (WHERE entry.is_order),
        count(*) FILTER (WHERE entry.is_order AND entry.is_unpriced),
        count(*) FILTER (WHERE entry.is_order AND entry.is_other_currency AND NOT entry.is_unpriced),
        count(*) FILTER (WHERE entry.is_unmatched),
        count(*) FILTER (WHERE entry.is_future),
        count(*) FILTER (WHERE entry.is_unreadable)
    FROM entry
    GROUP BY entry.master_profile_id;
END;
$$;

COMMENT ON FUNCTION c360._purchase_facts(text, uuid[], timestamptz) IS
    'Orders, value, first and last order of golden records as of a point in time, and what had to be left out of the value.';
