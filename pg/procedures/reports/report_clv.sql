-- Tenths of the customers by expected value as they were on each day from p_from to p_to on which reports were refreshed, without them of the
-- last 30 days; the first tenth is expected to bring most. No rows of days on which there was no fit. What tells of a masked attribute is
-- NULL. Reads only.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds, U4425 interval_out_of_bounds

CREATE OR REPLACE FUNCTION c360.report_clv(
    p_tenant text,
    p_from   date DEFAULT NULL,
    p_to     date DEFAULT NULL
)
    RETURNS TABLE (
        day                 date,
        decile              integer,
        customers           bigint,
        expected_purchases  double precision,
        clv                 double precision,
        months              integer,
        is_validated        boolean
    )
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
        WHERE hidden.table_name = 'cdp_report_clv'
    );
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        known.day,
        known.decile,
        known.customers,
        CASE WHEN 'expected_purchases' <> ALL (v_masked) THEN known.expected_purchases END,
        CASE WHEN 'clv' <> ALL (v_masked) THEN known.clv END,
        known.months,
        known.is_validated
    FROM c360._report_range(p_tenant, p_from, p_to, 30) AS asked
    JOIN cdp_report_clv AS known ON known.day BETWEEN asked.first_day AND asked.last_day
    ORDER BY
        known.day,
        known.decile;
END;
$$;

COMMENT ON FUNCTION c360.report_clv(text, date, date) IS
    'Tenths of the customers by expected value as they were on each day.';
