-- The numbers of golden records that a model of leads looks at, in the order of p_features: of events, of p_day and the days before; of
-- attributes, as the golden record was at p_at, by its history, or is now for NULL. Counts and days are ln(1 + n), so that a hundred events do
-- not weigh a hundred times one; whether an attribute is known, or equal, is 1 or 0. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._lead_values(
    p_features           jsonb,
    p_master_profile_ids uuid[],
    p_day                date,
    p_at                 timestamptz
)
    RETURNS TABLE (master_profile_id uuid, numbers double precision[])
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_variable
BEGIN
    RETURN QUERY
    WITH feature AS MATERIALIZED (
        SELECT
            listed.place,
            listed.item ->> 'event' AS event_name,
            listed.item ->> 'metric' AS metric,
            listed.item ->> 'attribute' AS attribute,
            listed.item ->> 'equals' AS equal_to,
            p_day - coalesce((listed.item ->> 'within_days')::integer, CASE WHEN listed.item ? 'event' THEN 30 END) AS after
        FROM jsonb_array_elements(p_features) WITH ORDINALITY AS listed (item, place)
    ),
    wanted AS MATERIALIZED (
        SELECT DISTINCT listed.id
        FROM unnest(p_master_profile_ids) AS listed (id)
    ),
    active AS MATERIALIZED (
        SELECT
            wanted.id,
            own.day,
            own.event_name,
            own.kept_count + own.past_count AS event_count
        FROM wanted
        JOIN cdp_profile_links AS link ON link.master_profile_id = wanted.id
        JOIN cdp_activity_days AS own ON own.raw_profile_id = link.raw_profile_id
        WHERE own.day <= p_day
    ),
    counted AS (
        SELECT
            active.id,
            feature.place,
            sum(active.event_count)::double precision AS n
        FROM active
        JOIN feature ON feature.event_name = active.event_name
            AND active.day > feature.after
        GROUP BY
            active.id,
            feature.place
        UNION ALL
        SELECT
            whole.id,
            feature.place,
            CASE feature.metric
                WHEN 'active_days' THEN count(*)
                WHEN 'total_events' THEN sum(whole.event_count)
                WHEN 'days_since_first' THEN p_day - min(whole.day)
                WHEN 'days_since_last' THEN p_day - max(whole.day)
            END::double precision
        FROM (
            SELECT
                active.id,
                active.day,
                sum(active.event_count) AS event_count
            FROM active
            GROUP BY
                active.id,
                active.day
        ) AS whole
        JOIN feature ON feature.metric IS NOT NULL
            AND (feature.after IS NULL OR whole.day > feature.after)
        GROUP BY
            whole.id,
            feature.place,
            feature.metric
    ),
    known AS (
        SELECT
            profile.master_profile_id AS id,
            to_jsonb(profile.*) AS document
        FROM wanted
        JOIN cdp_master_profiles AS profile ON profile.master_profile_id = wanted.id
        WHERE p_at IS NULL
          AND EXISTS (SELECT FROM feature WHERE feature.attribute IS NOT NULL)
        UNION ALL
        SELECT
            wanted.id,
            version.profile
        FROM wanted
        CROSS JOIN LATERAL (
            SELECT history.profile
            FROM cdp_profile_history AS history
            WHERE history.master_profile_id = wanted.id
              AND history.valid_from <= p_at
            ORDER BY history.version DESC
            LIMIT 1
        ) AS version
        WHERE p_at IS NOT NULL
          AND EXISTS (SELECT FROM feature WHERE feature.attribute IS NOT NULL)
    )
    SELECT
        wanted.id,
        array_agg(
            CASE
                WHEN feature.attribute IS NULL THEN ln(1 + coalesce(counted.n, 0))
                WHEN feature.equal_to IS NOT NULL THEN (known.document ->> feature.attribute IS NOT DISTINCT FROM feature.equal_to)::integer
                ELSE (coalesce(known.document ->> feature.attribute, '') NOT IN ('', '[]', '{}'))::integer
            END
            ORDER BY feature.place
        )
    FROM wanted
    CROSS JOIN feature
    LEFT JOIN counted ON counted.id = wanted.id
        AND counted.place = feature.place
    LEFT JOIN known ON known.id = wanted.id
    GROUP BY wanted.id;
END;
$$;

COMMENT ON FUNCTION c360._lead_values(jsonb, uuid[], date, timestamptz) IS
    'The numbers of golden records that a model of leads looks at.';
