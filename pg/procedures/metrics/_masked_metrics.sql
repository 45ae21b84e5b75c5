-- The metrics that people may not see, because they are or tell the value of a masked attribute. Reads only.

CREATE OR REPLACE FUNCTION c360._masked_metrics(p_tenant text)
    RETURNS TABLE (metric text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT told.metric
    FROM (
        VALUES
            ('first_seen_at', '{first_seen_at}'::text[]),
            ('last_seen_at', '{last_seen_at}'),
            ('last_known_channel', '{last_known_channel}'),
            ('total_sessions', '{total_sessions,event_summary}'),
            ('total_events', '{event_summary}'),
            ('event_counts', '{event_summary}'),
            ('event_counts_7d', '{event_summary}'),
            ('event_counts_30d', '{event_summary}'),
            ('event_counts_90d', '{event_summary}'),
            ('total_orders', '{total_orders}'),
            ('total_revenue', '{total_revenue,avg_order_value}'),
            ('avg_order_value', '{total_revenue,avg_order_value}'),
            ('total_refunds', '{total_revenue,avg_order_value}'),
            ('refunded_value', '{total_revenue,avg_order_value}'),
            ('first_purchase_at', '{first_purchase_at}'),
            ('last_purchase_at', '{last_purchase_at}'),
            ('unpriced_orders', '{total_orders}'),
            ('other_currency_orders', '{total_orders}')
    ) AS told (metric, attributes)
    WHERE EXISTS (
        SELECT
        FROM c360._masked_attributes(p_tenant) AS hidden
        WHERE hidden.attribute = ANY (told.attributes)
    );
$$;

COMMENT ON FUNCTION c360._masked_metrics(text) IS
    'Metrics that tell the value of a masked attribute.';
