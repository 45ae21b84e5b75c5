-- Works out where golden records stand by engagement, from the days that are counted of them; what was kept of those that are no more goes. The key
-- follows forward decay (Cormode, Shkapenyuk, Srivastava and Xu 2009): all scores fade alike, so what they would have been on one fixed day orders
-- them as they are today. Its logarithm, because these numbers grow without end. Trusts the search_path and the lock of profiles. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._refresh_engagement_ranks(p_tenant text, p_master_profile_ids uuid[])
    RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    v_ids     uuid[] := c360._active_profiles(p_master_profile_ids);
    v_counted record;
BEGIN
    IF to_regclass('cdp_engagement_ranks') IS NULL THEN
        RETURN;
    END IF;

    SELECT
        settings.*,
        settings.half_life_days::double precision AS half_life
    INTO v_counted
    FROM c360.engagement_settings(p_tenant) AS settings;

    DELETE FROM cdp_engagement_ranks AS gone
    WHERE gone.master_profile_id = ANY (ARRAY(
        SELECT listed.id
        FROM unnest(p_master_profile_ids) AS listed (id)
        EXCEPT
        SELECT active.id
        FROM unnest(v_ids) AS active (id)
    ));

    INSERT INTO cdp_engagement_ranks AS known (master_profile_id, sign, rank_key, recount_on)
    SELECT
        wanted.id,
        sign(done.points),
        -- Rounded, so that those who did the same have the same key, whenever it was worked out.
        CASE WHEN done.points = 0 THEN 0 ELSE round((
            sign(done.points) * (ln(abs(done.points)) + ln(2) * (v_counted.today - date '2000-01-01') / v_counted.half_life)
        )::numeric, 9) END,
        done.recount_on
    FROM unnest(v_ids) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT
            coalesce(sum(
                coalesce((v_counted.weights ->> own.event_name)::double precision, v_counted.default_weight)
                * (own.kept_count + own.past_count)
                * power(2, -((v_counted.today - own.day) / v_counted.half_life))
            ) FILTER (WHERE own.day <= v_counted.today), 0) AS points,
            min(own.day) FILTER (WHERE own.day > v_counted.today) AS recount_on
        FROM cdp_profile_links AS link
        -- OFFSET 0: the days of this observation by index, whatever is known of the table.
        CROSS JOIN LATERAL (
            SELECT
                counted.day,
                counted.event_name,
                counted.kept_count,
                counted.past_count
            FROM cdp_activity_days AS counted
            WHERE counted.raw_profile_id = link.raw_profile_id
              AND counted.day > v_counted.before
            OFFSET 0
        ) AS own
        WHERE link.master_profile_id = wanted.id
    ) AS done
    ORDER BY wanted.id
    ON CONFLICT (master_profile_id) DO UPDATE
    SET sign = excluded.sign,
        rank_key = excluded.rank_key,
        recount_on = excluded.recount_on
    WHERE (known.sign, known.rank_key, known.recount_on) IS DISTINCT FROM (excluded.sign, excluded.rank_key, excluded.recount_on);
END;
$$;

COMMENT ON FUNCTION c360._refresh_engagement_ranks(text, uuid[]) IS
    'Works out where golden records stand by engagement.';
