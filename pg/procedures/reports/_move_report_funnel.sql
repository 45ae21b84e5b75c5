-- Changes the figures of a funnel by the difference between how far golden records came before and how far they come now. A step to which nobody
-- comes any more loses its row. Trusts the search_path and the lock of profiles.

CREATE OR REPLACE FUNCTION c360._move_report_funnel(
    p_funnel text,
    p_before c360.funnel_entry[],
    p_now    c360.funnel_entry[]
)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO cdp_report_funnels AS known (funnel, day, step, profiles)
    SELECT
        p_funnel,
        entry.day,
        step.place,
        sum(side.sign)
    FROM (VALUES (-1, p_before), (1, p_now)) AS side (sign, entries)
    CROSS JOIN LATERAL unnest(side.entries) AS entry
    CROSS JOIN LATERAL generate_series(1, entry.reached) AS step (place)
    GROUP BY
        entry.day,
        step.place
    HAVING sum(side.sign) <> 0
    ORDER BY
        entry.day,
        step.place
    ON CONFLICT (funnel, day, step) DO UPDATE
    SET profiles = known.profiles + excluded.profiles;

    DELETE FROM cdp_report_funnels AS known
    USING (SELECT DISTINCT entry.day FROM unnest(p_before) AS entry) AS before
    WHERE known.funnel = p_funnel
      AND known.day = before.day
      AND known.profiles = 0;
END;
$$;

COMMENT ON FUNCTION c360._move_report_funnel(text, c360.funnel_entry[], c360.funnel_entry[]) IS
    'Changes the figures of a funnel by how far golden records come now instead of before.';
