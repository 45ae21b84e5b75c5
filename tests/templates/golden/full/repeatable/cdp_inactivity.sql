CREATE OR REPLACE VIEW tenant_full.cdp_inactivity AS
SELECT
    profile.master_profile_id,
    CASE
        WHEN bought.probability_no_purchase IS NOT NULL THEN bought.probability_no_purchase
        WHEN own.pauses >= 5 THEN own.shorter_pauses / (own.pauses::double precision + 1)
    END AS inactivity,
    CASE
        WHEN bought.probability_no_purchase IS NOT NULL THEN 'purchases'
        WHEN own.pauses >= 5 THEN 'pauses'
    END AS basis,
    bought.probability_alive,
    own.idle_days,
    own.pauses,
    own.shorter_pauses
FROM tenant_full.cdp_master_profiles AS profile
CROSS JOIN tenant_full.engagement_settings() AS settings
-- By index for each: how many customers a fit has is more than the planner can know, and it would compare everybody with everybody.
LEFT JOIN LATERAL (
    SELECT
        expected.probability_no_purchase,
        expected.probability_alive
    FROM tenant_full.cdp_clv AS expected
    WHERE expected.master_profile_id = profile.master_profile_id
    OFFSET 0
) AS bought ON true
CROSS JOIN LATERAL (
    SELECT
        settings.today - max(paused.last_day) AS idle_days,
        count(paused.pause) AS pauses,
        count(paused.pause) FILTER (WHERE paused.pause < settings.today - paused.last_day) AS shorter_pauses
    FROM (
        SELECT
            seen.day - lag(seen.day) OVER (ORDER BY seen.day) AS pause,
            max(seen.day) OVER () AS last_day
        FROM (
            SELECT DISTINCT activity.day
            FROM tenant_full.cdp_profile_links AS link
            JOIN tenant_full.cdp_activity_days AS activity ON activity.raw_profile_id = link.raw_profile_id
            WHERE link.master_profile_id = profile.master_profile_id
              AND activity.day <= settings.today
        ) AS seen
    ) AS paused
) AS own
WHERE profile.status <> 'merged';

COMMENT ON VIEW tenant_full.cdp_inactivity IS
    'How likely golden records stay away, from 0 to 1: of customers by the fit of cdp_clv, of others by their own pauses. Of the moment it is asked for.';
COMMENT ON COLUMN tenant_full.cdp_inactivity.inactivity IS 'NULL where too little is known: no fit of purchases, and fewer than five pauses.';
COMMENT ON COLUMN tenant_full.cdp_inactivity.basis IS 'purchases: how likely they buy nothing in 90 days; pauses: the share of their pauses that were shorter than this one.';
COMMENT ON COLUMN tenant_full.cdp_inactivity.probability_alive IS 'As in cdp_clv; NULL for who has not bought.';
COMMENT ON COLUMN tenant_full.cdp_inactivity.idle_days IS 'Days since the last day with an event.';
COMMENT ON COLUMN tenant_full.cdp_inactivity.pauses IS 'Pauses between two days with an event.';
COMMENT ON COLUMN tenant_full.cdp_inactivity.shorter_pauses IS 'Of these, those shorter than idle_days.';
