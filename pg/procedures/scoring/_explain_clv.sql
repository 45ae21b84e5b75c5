-- Why golden records have their lifetime value: from a customer of the same age who bought once, is one for sure and spends like all, step by
-- step to each of them. Each part is the difference of two values of the same formula, so that they add up. Nothing for who has none. Of many at
-- once, because few customers differ in what takes time to work out. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._explain_clv(p_master_profile_ids uuid[])
    RETURNS TABLE (master_profile_id uuid, part text, value text, points numeric, words text)
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH known AS (
        SELECT
            scored.*,
            usual.value AS usual_value,
            c360._exact(fit.margin * young.purchases * usual.value) AS as_new,
            c360._exact(fit.margin * lasting.purchases * usual.value) AS as_often,
            c360._exact(fit.margin * scored.probability_alive * lasting.purchases * usual.value) AS as_lately,
            c360._exact(scored.clv) AS whole
        FROM cdp_clv AS scored
        CROSS JOIN cdp_clv_fit AS fit
        CROSS JOIN LATERAL (
            SELECT coalesce(c360.expected_value(fit.spend, 0, NULL), scored.expected_value) AS value
        ) AS usual
        -- The planner remembers both for customers that do not differ in what stands here.
        CROSS JOIN LATERAL (
            SELECT c360.discounted_purchases_if_alive(
                (SELECT one.purchases FROM cdp_clv_fit AS one),
                0,
                scored.age_days / 7.0::double precision,
                365.25 / 12 / 7,
                (SELECT one.months FROM cdp_clv_fit AS one),
                (SELECT one.discount FROM cdp_clv_fit AS one)
            ) AS purchases
            OFFSET 0
        ) AS young
        CROSS JOIN LATERAL (
            SELECT c360.discounted_purchases_if_alive(
                (SELECT one.purchases FROM cdp_clv_fit AS one),
                scored.purchase_days - 1,
                scored.age_days / 7.0::double precision,
                365.25 / 12 / 7,
                (SELECT one.months FROM cdp_clv_fit AS one),
                (SELECT one.discount FROM cdp_clv_fit AS one)
            ) AS purchases
            OFFSET 0
        ) AS lasting
        WHERE scored.master_profile_id = ANY (p_master_profile_ids)
          AND scored.clv IS NOT NULL
    )
    SELECT
        known.master_profile_id,
        told.*
    FROM known
    CROSS JOIN LATERAL (
        VALUES
            (
                'age',
                known.age_days::text,
                known.as_new,
                format('What %s months bring from somebody who first bought %s days ago, once, is a customer still and spends like all.', known.months, known.age_days)
            ),
            (
                'frequency',
                known.purchase_days::text,
                known.as_often - known.as_new,
                format('They bought on %s days.', known.purchase_days)
            ),
            (
                'recency',
                known.last_day::text,
                known.as_lately - known.as_often,
                format('They last bought on %s, and are a customer still with a probability of %s.', known.last_day, round(known.probability_alive::numeric, 3))
            ),
            (
                'spend',
                round(known.expected_value::numeric, 2)::text,
                known.whole - known.as_lately,
                format('A purchase of theirs is expected to be worth %s; one of anybody %s.', round(known.expected_value::numeric, 2), round(known.usual_value::numeric, 2))
            )
    ) AS told (part, value, points, words);
END;
$$;

COMMENT ON FUNCTION c360._explain_clv(uuid[]) IS
    'Parts of the lifetime value of golden records.';
