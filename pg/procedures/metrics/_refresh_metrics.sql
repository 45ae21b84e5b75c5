-- Brings the metrics of golden records up to date: the days of their observations, and what does not depend on the time. What was kept
-- of those that are no more goes. Trusts the search_path and the lock of profiles. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._refresh_metrics(p_tenant text, p_master_profile_ids uuid[])
    RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    v_ids  uuid[] := c360._active_profiles(p_master_profile_ids);
    v_zone text;
BEGIN
    SELECT tenant.time_zone
    INTO v_zone
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    DELETE FROM cdp_metric_values AS gone
    WHERE gone.master_profile_id = ANY (ARRAY(
        SELECT listed.id
        FROM unnest(p_master_profile_ids) AS listed (id)
        EXCEPT
        SELECT active.id
        FROM unnest(v_ids) AS active (id)
    ));

    PERFORM c360._count_days(v_ids, v_zone);

    INSERT INTO cdp_metric_values AS known (
        master_profile_id, first_seen_at, last_seen_at, last_known_channel, total_sessions, total_events, total_orders, total_revenue,
        avg_order_value, total_refunds, refunded_value, first_purchase_at, last_purchase_at, unpriced_orders, other_currency_orders
    )
    SELECT
        wanted.id,
        seen.first_at,
        seen.last_at,
        -- Where the tenant keeps that attribute.
        to_jsonb(kept.*) ->> 'last_known_channel',
        coalesce(seen.session_count, 0),
        coalesce(seen.event_count, 0),
        coalesce(fact.total_orders, 0),
        fact.total_revenue,
        fact.avg_order_value,
        coalesce(fact.total_refunds, 0),
        fact.refunded_value,
        fact.first_purchase_at,
        fact.last_purchase_at,
        coalesce(fact.unpriced_orders, 0),
        coalesce(fact.other_currency_orders, 0)
    FROM unnest(v_ids) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT
            min(coalesce(activity.first_at, raw.observed_at)) AS first_at,
            max(coalesce(activity.last_at, raw.observed_at)) AS last_at,
            sum(activity.event_count) AS event_count,
            sum(activity.event_count) FILTER (WHERE activity.event_name = ANY (c360._session_event_names())) AS session_count
        FROM cdp_profile_links AS link
        JOIN cdp_raw_profiles AS raw ON raw.raw_profile_id = link.raw_profile_id
        LEFT JOIN cdp_activity AS activity ON activity.raw_profile_id = link.raw_profile_id
        WHERE link.master_profile_id = wanted.id
    ) AS seen
    LEFT JOIN cdp_profile_metrics AS kept ON kept.master_profile_id = wanted.id
    LEFT JOIN c360._purchase_facts(p_tenant, v_ids) AS fact ON fact.master_profile_id = wanted.id
    ORDER BY wanted.id
    ON CONFLICT (master_profile_id) DO UPDATE
    SET (
            first_seen_at, last_seen_at, last_known_channel, total_sessions, total_events, total_orders, total_revenue,
            avg_order_value, total_refunds, refunded_value, first_purchase_at, last_purchase_at, unpriced_orders, other_currency_orders,
            refreshed_at
        ) = (
            excluded.first_seen_at, excluded.last_seen_at, excluded.last_known_channel, excluded.total_sessions, excluded.total_events,
            excluded.total_orders, excluded.total_revenue, excluded.avg_order_value, excluded.total_refunds, excluded.refunded_value,
            excluded.first_purchase_at, excluded.last_purchase_at, excluded.unpriced_orders, excluded.other_currency_orders,
            excluded.refreshed_at
        );
END;
$$;

COMMENT ON FUNCTION c360._refresh_metrics(text, uuid[]) IS
    'Brings the metrics of golden records up to date.';
