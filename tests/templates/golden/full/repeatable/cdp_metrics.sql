-- Each figure of a window is a look of its own, by index, so that a query pays for those it asks for.
CREATE OR REPLACE VIEW tenant_full.cdp_metrics AS
SELECT
    known.master_profile_id,
    known.first_seen_at,
    known.last_seen_at,
    known.last_known_channel,
    known.total_sessions,
    known.total_events,
    known.total_orders,
    known.total_revenue,
    known.avg_order_value,
    known.total_refunds,
    known.refunded_value,
    known.first_purchase_at,
    known.last_purchase_at,
    known.unpriced_orders,
    known.other_currency_orders,
    (
        SELECT coalesce(sum(own.kept_count + own.past_count), 0)::bigint
        FROM tenant_full.cdp_profile_links AS link
        JOIN tenant_full.cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
        WHERE link.master_profile_id = known.master_profile_id
          AND own.day > today.day - 7
          AND own.day <= today.day
    ) AS events_7d,
    (
        SELECT coalesce(sum(own.kept_count + own.past_count), 0)::bigint
        FROM tenant_full.cdp_profile_links AS link
        JOIN tenant_full.cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
        WHERE link.master_profile_id = known.master_profile_id
          AND own.day > today.day - 30
          AND own.day <= today.day
    ) AS events_30d,
    (
        SELECT coalesce(sum(own.kept_count + own.past_count), 0)::bigint
        FROM tenant_full.cdp_profile_links AS link
        JOIN tenant_full.cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
        WHERE link.master_profile_id = known.master_profile_id
          AND own.day > today.day - 90
          AND own.day <= today.day
    ) AS events_90d,
    (
        SELECT count(DISTINCT own.day)
        FROM tenant_full.cdp_profile_links AS link
        JOIN tenant_full.cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
        WHERE link.master_profile_id = known.master_profile_id
          AND own.day > today.day - 7
          AND own.day <= today.day
    ) AS active_days_7d,
    (
        SELECT count(DISTINCT own.day)
        FROM tenant_full.cdp_profile_links AS link
        JOIN tenant_full.cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
        WHERE link.master_profile_id = known.master_profile_id
          AND own.day > today.day - 30
          AND own.day <= today.day
    ) AS active_days_30d,
    (
        SELECT count(DISTINCT own.day)
        FROM tenant_full.cdp_profile_links AS link
        JOIN tenant_full.cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
        WHERE link.master_profile_id = known.master_profile_id
          AND own.day > today.day - 90
          AND own.day <= today.day
    ) AS active_days_90d,
    (
        SELECT coalesce(jsonb_object_agg(named.event_name, named.event_count), '{}')
        FROM (
            SELECT
                own.event_name,
                sum(own.kept_count + own.past_count) AS event_count
            FROM tenant_full.cdp_profile_links AS link
            JOIN tenant_full.cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
            WHERE link.master_profile_id = known.master_profile_id
              AND own.day > today.day - 7
              AND own.day <= today.day
            GROUP BY own.event_name
        ) AS named
    ) AS event_counts_7d,
    (
        SELECT coalesce(jsonb_object_agg(named.event_name, named.event_count), '{}')
        FROM (
            SELECT
                own.event_name,
                sum(own.kept_count + own.past_count) AS event_count
            FROM tenant_full.cdp_profile_links AS link
            JOIN tenant_full.cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
            WHERE link.master_profile_id = known.master_profile_id
              AND own.day > today.day - 30
              AND own.day <= today.day
            GROUP BY own.event_name
        ) AS named
    ) AS event_counts_30d,
    (
        SELECT coalesce(jsonb_object_agg(named.event_name, named.event_count), '{}')
        FROM (
            SELECT
                own.event_name,
                sum(own.kept_count + own.past_count) AS event_count
            FROM tenant_full.cdp_profile_links AS link
            JOIN tenant_full.cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
            WHERE link.master_profile_id = known.master_profile_id
              AND own.day > today.day - 90
              AND own.day <= today.day
            GROUP BY own.event_name
        ) AS named
    ) AS event_counts_90d,
    (
        SELECT coalesce(jsonb_object_agg(named.event_name, named.event_count), '{}')
        FROM (
            SELECT
                activity.event_name,
                sum(activity.event_count) AS event_count
            FROM tenant_full.cdp_profile_links AS link
            JOIN tenant_full.cdp_activity AS activity ON activity.raw_profile_id = link.raw_profile_id
            WHERE link.master_profile_id = known.master_profile_id
            GROUP BY activity.event_name
        ) AS named
    ) AS event_counts,
    known.refreshed_at
FROM tenant_full.cdp_metric_values AS known
CROSS JOIN (
    SELECT (now() AT TIME ZONE state.time_zone)::date AS day
    FROM tenant_full.cdp_touch_states AS state
) AS today;

COMMENT ON VIEW tenant_full.cdp_metrics IS
    'What golden records did: seen, sessions, events and active days in windows, orders, value, refunds. Windows are whole days of the time zone of the tenant and end today; for another day ask profile_metrics().';
COMMENT ON COLUMN tenant_full.cdp_metrics.first_seen_at IS 'First event, by when it happened, or first observation.';
COMMENT ON COLUMN tenant_full.cdp_metrics.last_seen_at IS 'Last event, by when it happened, or last observation.';
COMMENT ON COLUMN tenant_full.cdp_metrics.last_known_channel IS 'As the attribute of that name; NULL where the tenant does not keep it.';
COMMENT ON COLUMN tenant_full.cdp_metrics.total_sessions IS 'Sessions that clients said to have begun; visits are in cdp_sessions.';
COMMENT ON COLUMN tenant_full.cdp_metrics.total_events IS 'All events, also those that retention has removed since.';
COMMENT ON COLUMN tenant_full.cdp_metrics.total_orders IS 'Orders, each counted, also refunded ones and those without a value.';
COMMENT ON COLUMN tenant_full.cdp_metrics.total_revenue IS 'Orders minus refunds in the default currency of the tenant, in major units; other currencies at the rate of the day of the order.';
COMMENT ON COLUMN tenant_full.cdp_metrics.avg_order_value IS 'Of the orders that are in total_revenue.';
COMMENT ON COLUMN tenant_full.cdp_metrics.total_refunds IS 'Refunds of these orders.';
COMMENT ON COLUMN tenant_full.cdp_metrics.refunded_value IS 'What refunds took back of orders in total_revenue, at the rate of the order.';
COMMENT ON COLUMN tenant_full.cdp_metrics.first_purchase_at IS 'First order.';
COMMENT ON COLUMN tenant_full.cdp_metrics.last_purchase_at IS 'Last order.';
COMMENT ON COLUMN tenant_full.cdp_metrics.unpriced_orders IS 'Orders whose amount was missing or unreadable: in total_orders, not in total_revenue.';
COMMENT ON COLUMN tenant_full.cdp_metrics.other_currency_orders IS 'Orders in other currencies without a rate for their day: in total_orders, not in total_revenue.';
COMMENT ON COLUMN tenant_full.cdp_metrics.events_7d IS 'Events of today and the six days before.';
COMMENT ON COLUMN tenant_full.cdp_metrics.events_30d IS 'Events of today and the 29 days before.';
COMMENT ON COLUMN tenant_full.cdp_metrics.events_90d IS 'Events of today and the 89 days before.';
COMMENT ON COLUMN tenant_full.cdp_metrics.active_days_7d IS 'Days with an event, of today and the six days before.';
COMMENT ON COLUMN tenant_full.cdp_metrics.active_days_30d IS 'Days with an event, of today and the 29 days before.';
COMMENT ON COLUMN tenant_full.cdp_metrics.active_days_90d IS 'Days with an event, of today and the 89 days before.';
COMMENT ON COLUMN tenant_full.cdp_metrics.event_counts_7d IS '{event name: events} of today and the six days before.';
COMMENT ON COLUMN tenant_full.cdp_metrics.event_counts_30d IS '{event name: events} of today and the 29 days before.';
COMMENT ON COLUMN tenant_full.cdp_metrics.event_counts_90d IS '{event name: events} of today and the 89 days before.';
COMMENT ON COLUMN tenant_full.cdp_metrics.event_counts IS '{event name: events}, all of them.';
COMMENT ON COLUMN tenant_full.cdp_metrics.refreshed_at IS 'When the worker last worked them out; windows and event_counts are of the moment they are asked for.';
