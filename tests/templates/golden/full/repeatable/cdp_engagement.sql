-- Decimals, not floating point: they add up to the same in any order. Only days that count are read, by index.
CREATE OR REPLACE VIEW tenant_full.cdp_engagement AS
SELECT
    profile.master_profile_id,
    coalesce(scored.engagement, 0) AS engagement,
    coalesce(scored.parts, '[]') AS parts,
    active.days_30d AS active_days_30d,
    active.days_90d AS active_days_90d,
    round(active.days_30d / 30.0, 4) AS frequency_30d,
    round(active.days_90d / 90.0, 4) AS frequency_90d,
    settings.half_life_days
FROM tenant_full.cdp_master_profiles AS profile
CROSS JOIN tenant_full.engagement_settings() AS settings
CROSS JOIN LATERAL (
    SELECT
        sum(part.points) AS engagement,
        jsonb_agg(
            jsonb_build_object('event_name', part.event_name, 'events', part.events, 'weight', part.weight, 'points', part.points)
            ORDER BY part.points DESC, part.event_name
        ) AS parts
    FROM (
        SELECT
            own.event_name,
            weighed.weight,
            sum(own.kept_count + own.past_count) AS events,
            round(weighed.weight * sum(
                (own.kept_count + own.past_count)
                * round(power(2::double precision, -((settings.today - own.day) / settings.half_life_days::double precision))::numeric, 12)
            ), 6) AS points
        FROM tenant_full.cdp_profile_links AS link
        JOIN tenant_full.cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
        CROSS JOIN LATERAL (
            SELECT coalesce((settings.weights ->> own.event_name)::numeric, settings.default_weight) AS weight
        ) AS weighed
        WHERE link.master_profile_id = profile.master_profile_id
          AND own.day > settings.before
          AND own.day <= settings.today
        GROUP BY
            own.event_name,
            weighed.weight
    ) AS part
    WHERE part.weight <> 0
) AS scored
CROSS JOIN LATERAL (
    SELECT
        count(DISTINCT own.day) FILTER (WHERE own.day > settings.today - 30) AS days_30d,
        count(DISTINCT own.day) AS days_90d
    FROM tenant_full.cdp_profile_links AS link
    JOIN tenant_full.cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
    WHERE link.master_profile_id = profile.master_profile_id
      AND own.day > settings.today - 90
      AND own.day <= settings.today
) AS active
WHERE profile.status <> 'merged';

COMMENT ON VIEW tenant_full.cdp_engagement IS
    'How much golden records do: each event is worth its weight on its day and half of it after every half-life. Of the moment it is asked for.';
COMMENT ON COLUMN tenant_full.cdp_engagement.engagement IS 'Sum of the points of parts; an event of weight 1 today is one point.';
COMMENT ON COLUMN tenant_full.cdp_engagement.parts IS '[{event_name, events, weight, points}], the most points first.';
COMMENT ON COLUMN tenant_full.cdp_engagement.active_days_30d IS 'Days with an event, of today and the 29 days before.';
COMMENT ON COLUMN tenant_full.cdp_engagement.active_days_90d IS 'Days with an event, of today and the 89 days before.';
COMMENT ON COLUMN tenant_full.cdp_engagement.frequency_30d IS 'Share of these 30 days.';
COMMENT ON COLUMN tenant_full.cdp_engagement.frequency_90d IS 'Share of these 90 days.';
COMMENT ON COLUMN tenant_full.cdp_engagement.half_life_days IS 'In so many days a point becomes half of one.';
