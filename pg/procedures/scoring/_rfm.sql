-- Scores every golden record that bought, as of a point in time; the one place where RFM is computed. Trusts the search_path.
-- Scores are given by value against four cut points, the 20th to 80th percentiles plus 1 (as the R package rfm cuts): equal
-- values get equal scores and the order of input makes no difference. Rows without an order in the window
-- of the tenant by then have no scores.
-- Every row repeats the cut points, so that a caller can store them with the scores. Raises nothing.

CREATE OR REPLACE FUNCTION c360._rfm(
    p_tenant text,
    p_as_of  timestamptz
)
    RETURNS TABLE (
        master_profile_id     uuid,
        last_purchase_at      timestamptz,
        recency_days          integer,
        frequency             bigint,
        monetary              numeric,
        recency_score         integer,
        frequency_score       integer,
        monetary_score        integer,
        segment               text,
        unpriced_orders       bigint,
        other_currency_orders bigint,
        unmatched_refunds     bigint,
        future_orders         bigint,
        unreadable_amounts    bigint,
        cut_points            jsonb
    )
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
    v_time_zone text;
    v_today     date;
    v_window    interval;
BEGIN
    SELECT
        tenant.time_zone,
        (p_as_of AT TIME ZONE tenant.time_zone)::date,
        own.time_window
    INTO
        v_time_zone,
        v_today,
        v_window
    FROM c360.tenants AS tenant
    LEFT JOIN c360.rfm_settings AS own ON own.tenant = tenant.tenant
    WHERE tenant.tenant = p_tenant;

    RETURN QUERY
    WITH fact AS MATERIALIZED (
        SELECT
            facts.*,
            v_today - (facts.last_purchase_at AT TIME ZONE v_time_zone)::date AS recency_days,
            coalesce(facts.total_revenue, 0) AS monetary
        FROM c360._purchase_facts(
            p_tenant,
            NULL,
            p_as_of,
            -- Today is the last of the days, or of the days of the months.
            coalesce(((v_today - v_window)::date + 1)::timestamp AT TIME ZONE v_time_zone, '-infinity')
        ) AS facts
        JOIN cdp_master_profiles AS profile ON profile.master_profile_id = facts.master_profile_id
        WHERE profile.status = 'active'
    ),
    percentile AS (
        SELECT
            percentile_cont(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY fact.recency_days) AS recency,
            percentile_cont(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY fact.total_orders) AS frequency,
            percentile_cont(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY fact.monetary::double precision) AS monetary
        FROM fact
        WHERE fact.total_orders > 0
    ),
    -- width_bucket over an ascending array counts the cut points that a value has reached.
    cut AS (
        SELECT
            ARRAY(SELECT point.value + 1 FROM unnest(percentile.recency) AS point (value) ORDER BY point.value) AS recency,
            ARRAY(SELECT point.value + 1 FROM unnest(percentile.frequency) AS point (value) ORDER BY point.value) AS frequency,
            ARRAY(SELECT point.value + 1 FROM unnest(percentile.monetary) AS point (value) ORDER BY point.value) AS monetary
        FROM percentile
        WHERE percentile.recency IS NOT NULL
    ),
    scored AS (
        SELECT
            fact.*,
            5 - width_bucket(fact.recency_days::double precision, cut.recency) AS r,
            1 + width_bucket(fact.total_orders::double precision, cut.frequency) AS f,
            1 + width_bucket(fact.monetary::double precision, cut.monetary) AS m,
            to_jsonb(cut.*) AS cut_points
        FROM fact
        LEFT JOIN cut ON fact.total_orders > 0
    )
    SELECT
        scored.master_profile_id,
        scored.last_purchase_at,
        scored.recency_days,
        scored.total_orders,
        scored.monetary,
        scored.r,
        scored.f,
        scored.m,
        cell.segment,
        scored.unpriced_orders,
        scored.other_currency_orders,
        scored.unmatched_refunds,
        scored.future_orders,
        scored.unreadable_amounts,
        scored.cut_points
    FROM scored
    LEFT JOIN c360._rfm_cells_of(p_tenant) AS cell ON cell.recency_score = scored.r
        AND cell.frequency_score = scored.f
        AND cell.monetary_score = scored.m;
END;
$$;

COMMENT ON FUNCTION c360._rfm(text, timestamptz) IS
    'RFM scores, segments and cut points of all golden records that bought, as of a point in time.';
