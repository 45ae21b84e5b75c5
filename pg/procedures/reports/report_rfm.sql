-- The RFM segments as they were on each day from p_from to p_to on which reports were refreshed, without them of the last 30 days, in the
-- order of the segments. What tells of a masked attribute is NULL. Reads only.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds, U4425 interval_out_of_bounds

CREATE OR REPLACE FUNCTION c360.report_rfm(
    p_tenant text,
    p_from   date DEFAULT NULL,
    p_to     date DEFAULT NULL
)
    RETURNS TABLE (day date, segment text, customers bigint, orders bigint, revenue numeric)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_masked name[] := ARRAY(
        SELECT hidden.column_name
        FROM c360._masked_reports(p_tenant) AS hidden
        WHERE hidden.table_name = 'cdp_report_rfm'
    );
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        known.day,
        CASE WHEN 'segment' <> ALL (v_masked) THEN known.segment END,
        known.customers,
        CASE WHEN 'orders' <> ALL (v_masked) THEN known.orders END,
        CASE WHEN 'revenue' <> ALL (v_masked) THEN known.revenue END
    FROM c360._report_range(p_tenant, p_from, p_to, 30) AS asked
    JOIN cdp_report_rfm AS known ON known.day BETWEEN asked.first_day AND asked.last_day
    ORDER BY
        known.day,
        -- Their order would tell which is which.
        CASE WHEN 'segment' <> ALL (v_masked) THEN known.place ELSE known.customers END;
END;
$$;

COMMENT ON FUNCTION c360.report_rfm(text, date, date) IS
    'The RFM segments as they were on each day.';
