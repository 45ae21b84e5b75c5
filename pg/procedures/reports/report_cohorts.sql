-- The cohorts of the months from that of p_from to that of p_to, without them of the last twelve months: how many golden records are in
-- each, and how many of them were active and bought in each month after, also in months without anybody, until the month of today.
-- What tells of a masked attribute is NULL. Reads only.
-- Raises: U4404 tenant_not_found, U4424 time_out_of_bounds, U4425 interval_out_of_bounds

CREATE OR REPLACE FUNCTION c360.report_cohorts(
    p_tenant text,
    p_from   date DEFAULT NULL,
    p_to     date DEFAULT NULL
)
    RETURNS TABLE (
        cohort           date,
        months_after     integer,
        size             bigint,
        active_profiles  bigint,
        buyers           bigint
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_is_masked boolean := EXISTS (
        SELECT
        FROM c360._masked_reports(p_tenant) AS hidden
        WHERE hidden.table_name = 'cdp_report_cohorts'
          AND hidden.column_name = 'buyers'
    );
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        start.cohort,
        later.months_after,
        start.active_profiles,
        coalesce(known.active_profiles, 0),
        CASE WHEN NOT v_is_masked THEN coalesce(known.buyers, 0) END
    FROM c360._report_range(p_tenant, p_from, p_to, 335) AS asked
    JOIN cdp_report_cohorts AS start
        ON start.months_after = 0
        AND start.cohort BETWEEN date_trunc('month', asked.first_day::timestamp)::date AND asked.last_day
    CROSS JOIN LATERAL (
        SELECT age(date_trunc('month', last.day::timestamp), start.cohort::timestamp) AS span
        FROM (
            SELECT (now() AT TIME ZONE tenant.time_zone)::date AS day
            FROM c360.tenants AS tenant
            WHERE tenant.tenant = p_tenant
        ) AS last
    ) AS known_for
    CROSS JOIN LATERAL generate_series(
        0,
        greatest((12 * extract(year FROM known_for.span) + extract(month FROM known_for.span))::integer, 0)
    ) AS later (months_after)
    LEFT JOIN cdp_report_cohorts AS known
        ON known.cohort = start.cohort
        AND known.months_after = later.months_after
    ORDER BY
        start.cohort,
        later.months_after;
END;
$$;

COMMENT ON FUNCTION c360.report_cohorts(text, date, date) IS
    'Cohorts of golden records by the month of their first day, and who of them came back.';
