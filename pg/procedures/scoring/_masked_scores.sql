-- What of the scores and purchases of customers people may not see, because it is or tells the value of a masked attribute:
-- names of columns of c360.rfm() and cdp_purchases, and of fields of score.changed. Reads only.

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
