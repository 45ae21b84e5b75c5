-- The figures of each day from p_from to p_to, both included, also of days on which nothing happened; without them the last 30 days
-- until today. What tells of a masked attribute is NULL. Reads only.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds, U4425 interval_out_of_bounds

CREATE OR REPLACE FUNCTION c360.report_days(
    p_tenant text,
    p_from   date DEFAULT NULL,
    p_to     date DEFAULT NULL
)
    RETURNS TABLE (
        day                 date,
        events              bigint,
        active_profiles     bigint,
        new_profiles        bigint,
        returning_profiles  bigint,
        orders              bigint,
        revenue             numeric,
        refunds             bigint,
        refunded_value      numeric
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_exponent integer;
    v_masked   name[] := ARRAY(
        SELECT hidden.column_name
        FROM c360._masked_reports(p_tenant) AS hidden
        WHERE hidden.table_name = 'cdp_report_days'
    );
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    SELECT c360._currency_exponent(tenant.default_currency)
    INTO v_exponent
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    RETURN QUERY
    SELECT
        listed.day::date,
        coalesce(known.events, 0),
        coalesce(known.active_profiles, 0),
        coalesce(known.new_profiles, 0),
        coalesce(known.returning_profiles, 0),
        CASE WHEN 'orders' <> ALL (v_masked) THEN coalesce(known.orders, 0) END,
        CASE WHEN 'revenue' <> ALL (v_masked) THEN round(coalesce(known.revenue, 0), v_exponent) END,
        CASE WHEN 'refunds' <> ALL (v_masked) THEN coalesce(known.refunds, 0) END,
        CASE WHEN 'refunded_value' <> ALL (v_masked) THEN round(coalesce(known.refunded_value, 0), v_exponent) END
    FROM c360._report_range(p_tenant, p_from, p_to, 30) AS asked
    CROSS JOIN generate_series(asked.first_day::timestamp, asked.last_day::timestamp, '1 day') AS listed (day)
    LEFT JOIN cdp_report_days AS known ON known.day = listed.day::date
    ORDER BY listed.day;
END;
$$;

COMMENT ON FUNCTION c360.report_days(text, date, date) IS
    'The figures of each day, also of days on which nothing happened.';
