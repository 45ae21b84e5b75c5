-- What of the scores and purchases of customers people may not see, because it is or tells the value of a masked attribute:
-- names of columns of c360.rfm(), cdp_purchases and what is made of it, and of fields of score.changed. Reads only.

CREATE OR REPLACE FUNCTION c360._masked_scores(p_tenant text)
    RETURNS text[]
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(told.name ORDER BY told.name), '{}')
    FROM (
        VALUES
            ('last_purchase_at', '{last_purchase_at}'::text[]),
            ('occurred_at', '{last_purchase_at}'),
            ('recency_days', '{last_purchase_at,recency_score}'),
            ('frequency', '{total_orders}'),
            ('monetary', '{total_revenue,avg_order_value}'),
            ('amount_minor', '{total_revenue,avg_order_value}'),
            ('recency_score', '{rfm_recency_score}'),
            ('frequency_score', '{rfm_frequency_score}'),
            ('monetary_score', '{rfm_monetary_score}'),
            ('rfm_score', '{rfm_recency_score,rfm_frequency_score,rfm_monetary_score}'),
            ('segment', '{rfm_segment}'),
            ('purchase_days', '{total_orders}'),
            ('priced_repeats', '{total_orders}'),
            ('expected_purchases', '{total_orders}'),
            ('probability_alive', '{total_orders,last_purchase_at}'),
            ('probability_no_purchase', '{total_orders,last_purchase_at}'),
            ('last_day', '{last_purchase_at}'),
            ('repeat_value', '{total_revenue,avg_order_value}'),
            ('mean_value', '{total_revenue,avg_order_value}'),
            ('expected_value', '{total_revenue,avg_order_value}'),
            ('clv', '{total_revenue,avg_order_value}'),
            ('engagement', '{event_summary}'),
            ('parts', '{event_summary}'),
            ('inactivity', '{total_orders,last_purchase_at,last_seen_at}'),
            ('idle_days', '{last_seen_at}'),
            ('probability', '{event_summary,total_orders,first_purchase_at,last_purchase_at,last_seen_at}'),
            ('from', '{rfm_segment}'),
            ('to', '{rfm_segment}')
    ) AS told (name, attributes)
    WHERE EXISTS (
        SELECT
        FROM c360._masked_attributes(p_tenant) AS hidden
        WHERE hidden.attribute = ANY (told.attributes)
    );
$$;

COMMENT ON FUNCTION c360._masked_scores(text) IS
    'Columns and fields about scores and purchases that tell the value of a masked attribute.';
