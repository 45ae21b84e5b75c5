-- What the orders of golden records come to as of a point in time: of these, or of all that ever ordered when p_ids is NULL.
-- Value is in the default currency of the tenant, in major units, refunds taken off their order; orders in another currency for which there is
-- no rate are counted beside it and never added. Trusts the search_path. Raises nothing.
-- Number, value and average are of the orders since p_since; first, last and what had to be left out are of all.

CREATE OR REPLACE FUNCTION c360._purchase_facts(
    p_tenant text,
    p_ids    uuid[]      DEFAULT NULL,
    p_as_of  timestamptz DEFAULT 'infinity',
    p_since  timestamptz DEFAULT '-infinity'
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
        unreadable_amounts    bigint,
        total_refunds         bigint,
        refunded_value        numeric
    )
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_column
DECLARE
    v_exponent integer;
BEGIN
    SELECT c360._currency_exponent(tenant.default_currency)
    INTO v_exponent
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    RETURN QUERY
    SELECT
        entry.master_profile_id,
        count(*) FILTER (WHERE entry.is_order AND entry.occurred_at >= p_since),
        round(sum(entry.net_minor) FILTER (WHERE entry.is_order AND entry.occurred_at >= p_since AND NOT entry.is_other_currency)
            / power(10::numeric, v_exponent), v_exponent),
        round(avg(entry.net_minor) FILTER (WHERE entry.is_order AND entry.occurred_at >= p_since AND NOT entry.is_other_currency)
            / power(10::numeric, v_exponent), v_exponent),
        min(entry.occurred_at) FILTER (WHERE entry.is_order),
        max(entry.occurred_at) FILTER (WHERE entry.is_order),
        count(*) FILTER (WHERE entry.is_order AND entry.is_unpriced),
        count(*) FILTER (WHERE entry.is_order AND entry.is_other_currency AND NOT entry.is_unpriced),
        count(*) FILTER (WHERE entry.is_unmatched),
        count(*) FILTER (WHERE entry.is_future),
        count(*) FILTER (WHERE entry.is_unreadable),
        coalesce(sum(entry.refund_count) FILTER (WHERE entry.is_order), 0)::bigint,
        round(sum(entry.whole_minor - entry.net_minor) FILTER (WHERE entry.is_order AND NOT entry.is_other_currency)
            / power(10::numeric, v_exponent), v_exponent)
    FROM c360._purchase_entries(p_tenant, p_ids, p_as_of) AS entry
    GROUP BY entry.master_profile_id;
END;
$$;

COMMENT ON FUNCTION c360._purchase_facts(text, uuid[], timestamptz, timestamptz) IS
    'Orders, value, first and last order, refunds of golden records as of a point in time, and what had to be left out of the value.';
