-- The figures of reports that people may not see, because they tell of a masked attribute: columns of tables, NULL in functions.
-- What single golden records add is not for readers. Reads only.

CREATE OR REPLACE FUNCTION c360._masked_reports(p_tenant text)
    RETURNS TABLE (table_name name, column_name name)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        told.table_name,
        told.column_name
    FROM (
        VALUES
            ('cdp_report_days'::name, 'revenue'::name, '{total_revenue,avg_order_value}'::text[]),
            ('cdp_report_days', 'refunded_value', '{total_revenue,avg_order_value}'),
            ('cdp_report_days', 'orders', '{total_orders}'),
            ('cdp_report_days', 'refunds', '{total_orders}'),
            ('cdp_report_cohorts', 'buyers', '{total_orders}'),
            ('cdp_report_rfm', 'segment', '{rfm_segment}'),
            ('cdp_report_rfm', 'place', '{rfm_segment}'),
            ('cdp_report_rfm', 'orders', '{total_orders}'),
            ('cdp_report_rfm', 'revenue', '{total_revenue,avg_order_value}'),
            ('cdp_report_clv', 'expected_purchases', '{total_orders}'),
            ('cdp_report_clv', 'clv', '{total_revenue,avg_order_value}')
    ) AS told (table_name, column_name, attributes)
    WHERE EXISTS (
        SELECT
        FROM c360._masked_attributes(p_tenant) AS hidden
        WHERE hidden.attribute = ANY (told.attributes)
    )
    UNION ALL
    SELECT
        'cdp_report_parts',
        kept.column_name
    FROM unnest('{day,events,orders,revenue,refunds,refunded_value}'::name[]) AS kept (column_name);
$$;

COMMENT ON FUNCTION c360._masked_reports(text) IS
    'Figures of reports that tell of a masked attribute.';
