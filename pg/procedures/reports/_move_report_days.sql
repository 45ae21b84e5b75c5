-- Changes the figures of days by the difference between what golden records added before and what they add now: all days of each of
-- them, because the first one makes it new. A day of which nothing is left loses its row. Trusts the search_path and the lock of profiles.

CREATE OR REPLACE FUNCTION c360._move_report_days(p_before c360.report_part[], p_now c360.report_part[])
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    WITH signed AS (
        SELECT
            -1 AS sign,
            part.*
        FROM unnest(p_before) AS part
        UNION ALL
        SELECT
            1,
            part.*
        FROM unnest(p_now) AS part
    ),
    dated AS (
        SELECT
            signed.*,
            signed.day = min(signed.day) OVER (PARTITION BY signed.sign, signed.master_profile_id) AS is_first
        FROM signed
    ),
    moved AS (
        SELECT
            dated.day,
            sum(dated.sign * dated.events)::bigint AS events,
            sum(dated.sign) AS active_profiles,
            coalesce(sum(dated.sign) FILTER (WHERE dated.is_first), 0) AS new_profiles,
            sum(dated.sign * dated.orders)::bigint AS orders,
            sum(dated.sign * dated.revenue) AS revenue,
            sum(dated.sign * dated.refunds)::bigint AS refunds,
            sum(dated.sign * dated.refunded_value) AS refunded_value
        FROM dated
        GROUP BY dated.day
    )
    INSERT INTO cdp_report_days AS known (day, events, active_profiles, new_profiles, orders, revenue, refunds, refunded_value)
    SELECT
        moved.day,
        moved.events,
        moved.active_profiles,
        moved.new_profiles,
        moved.orders,
        moved.revenue,
        moved.refunds,
        moved.refunded_value
    FROM moved
    WHERE (moved.events, moved.active_profiles, moved.new_profiles, moved.orders, moved.revenue, moved.refunds, moved.refunded_value)
        <> (0, 0, 0, 0, 0, 0, 0)
    ORDER BY moved.day
    ON CONFLICT (day) DO UPDATE
    SET events = known.events + excluded.events,
        active_profiles = known.active_profiles + excluded.active_profiles,
        new_profiles = known.new_profiles + excluded.new_profiles,
        orders = known.orders + excluded.orders,
        revenue = known.revenue + excluded.revenue,
        refunds = known.refunds + excluded.refunds,
        refunded_value = known.refunded_value + excluded.refunded_value;

    DELETE FROM cdp_report_days AS known
    USING (SELECT DISTINCT part.day FROM unnest(p_before) AS part) AS before
    WHERE known.day = before.day
      AND known.active_profiles = 0;
END;
$$;

COMMENT ON FUNCTION c360._move_report_days(c360.report_part[], c360.report_part[]) IS
    'Changes the figures of days by what golden records add now instead of before.';
