-- Keeps what is true of a day only while it lasts: RFM segments, deciles of lifetime value and the sizes of segments. Once a day, or again
-- when p_is_wanted. Answers whether it did. Trusts the search_path and the lock of profiles.

CREATE OR REPLACE FUNCTION c360._snapshot_reports(p_tenant text, p_is_wanted boolean)
    RETURNS boolean
    LANGUAGE plpgsql
AS $$
DECLARE
    v_today date;
BEGIN
    SELECT (now() AT TIME ZONE tenant.time_zone)::date
    INTO v_today
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant;

    IF NOT p_is_wanted AND EXISTS (SELECT FROM cdp_report_rfm AS taken WHERE taken.day = v_today) THEN
        RETURN false;
    END IF;

    DELETE FROM cdp_report_rfm AS earlier
    WHERE earlier.day = v_today;

    INSERT INTO cdp_report_rfm (day, segment, place, customers, orders, revenue, taken_at)
    SELECT
        v_today,
        named.segment,
        named."position",
        count(scored.master_profile_id),
        coalesce(sum(scored.frequency), 0),
        coalesce(sum(scored.monetary), 0),
        now()
    FROM c360._rfm_segments(p_tenant) AS named
    LEFT JOIN c360._rfm(p_tenant, now()) AS scored ON scored.segment = named.segment
    GROUP BY
        named.segment,
        named."position";

    DELETE FROM cdp_report_clv AS earlier
    WHERE earlier.day = v_today;

    INSERT INTO cdp_report_clv (day, decile, customers, expected_purchases, clv, months, is_validated, taken_at)
    SELECT
        v_today,
        expected.decile,
        count(*),
        sum(expected.expected_purchases),
        sum(expected.clv),
        min(expected.months),
        bool_and(expected.is_validated),
        now()
    FROM (
        SELECT
            score.*,
            ntile(10) OVER (ORDER BY score.clv DESC NULLS LAST, score.expected_purchases DESC, score.master_profile_id) AS decile
        FROM cdp_clv AS score
    ) AS expected
    GROUP BY expected.decile;

    PERFORM c360._snapshot_segments(p_tenant, v_today);

    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360._snapshot_reports(text, boolean) IS
    'Keeps the RFM segments and the deciles of lifetime value of today.';
