-- Changes the figures of cohorts by the difference between what golden records did before and what they do now: all days of each of them,
-- because the first one says the cohort. A month of which nothing is left loses its row. Trusts the search_path and the lock of profiles.

CREATE OR REPLACE FUNCTION c360._move_report_cohorts(p_before c360.report_part[], p_now c360.report_part[])
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    WITH monthly AS (
        SELECT
            side.sign,
            part.master_profile_id,
            date_trunc('month', part.day::timestamp)::date AS month,
            sum(part.orders) > 0 AS has_bought
        FROM (VALUES (-1, p_before), (1, p_now)) AS side (sign, parts)
        CROSS JOIN LATERAL unnest(side.parts) AS part
        GROUP BY
            side.sign,
            part.master_profile_id,
            month
    ),
    placed AS (
        SELECT
            monthly.sign,
            monthly.month,
            monthly.has_bought,
            min(monthly.month) OVER (PARTITION BY monthly.sign, monthly.master_profile_id) AS cohort
        FROM monthly
    ),
    moved AS (
        SELECT
            placed.cohort,
            (12 * (extract(year FROM placed.month) - extract(year FROM placed.cohort))
                + extract(month FROM placed.month) - extract(month FROM placed.cohort))::integer AS months_after,
            sum(placed.sign) AS active_profiles,
            coalesce(sum(placed.sign) FILTER (WHERE placed.has_bought), 0) AS buyers
        FROM placed
        GROUP BY
            placed.cohort,
            placed.month
    )
    INSERT INTO cdp_report_cohorts AS known (cohort, months_after, active_profiles, buyers)
    SELECT
        moved.cohort,
        moved.months_after,
        moved.active_profiles,
        moved.buyers
    FROM moved
    WHERE (moved.active_profiles, moved.buyers) <> (0, 0)
    ORDER BY
        moved.cohort,
        moved.months_after
    ON CONFLICT (cohort, months_after) DO UPDATE
    SET active_profiles = known.active_profiles + excluded.active_profiles,
        buyers = known.buyers + excluded.buyers;

    DELETE FROM cdp_report_cohorts AS known
    WHERE known.active_profiles = 0;
END;
$$;

COMMENT ON FUNCTION c360._move_report_cohorts(c360.report_part[], c360.report_part[]) IS
    'Changes the figures of cohorts by what golden records do now instead of before.';
