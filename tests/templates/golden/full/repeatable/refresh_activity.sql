-- Brings the attributes maintained by activity up to date from the running aggregates and the latest events of the linked
-- observations, and answers the metrics of each golden record as a document. Makes no version: these change with every
-- event. Of p_known the metrics are given (p_metrics, by assemble_profiles()): nothing has to be read. One plan is kept for
-- any number of golden records. Safe to repeat. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.refresh_activity(
    p_master_profile_ids uuid[],
    p_known              uuid[]  DEFAULT '{}',
    p_metrics            jsonb[] DEFAULT '{}'
)
    RETURNS TABLE (master_profile_id uuid, metrics jsonb)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_full, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET enable_seqscan = off
    SET jit = off
    SET work_mem = '64MB'
    SET timezone = 'UTC'
AS $$
#variable_conflict use_variable
DECLARE
    v_has_activity boolean := EXISTS (SELECT FROM tenant_full.cdp_activity);
    v_has_past     boolean := EXISTS (SELECT FROM tenant_full.cdp_past_touchpoints);
BEGIN
    RETURN QUERY
    WITH wanted AS MATERIALIZED (
        SELECT listed.id AS master_profile_id
        FROM unnest(p_master_profile_ids) AS listed (id)
        GROUP BY listed.id
    ),
    seen AS MATERIALIZED (
        SELECT
            wanted.master_profile_id,
            own.raw_profile_id,
            own.source,
            own.event_name,
            own.first_at,
            own.last_at,
            own.event_count
        FROM wanted
        CROSS JOIN LATERAL (
            SELECT
                raw.raw_profile_id,
                raw.source,
                activity.event_name,
                coalesce(activity.first_at, raw.observed_at) AS first_at,
                coalesce(activity.last_at, raw.observed_at) AS last_at,
                activity.event_count
            FROM tenant_full.cdp_profile_links AS link
            CROSS JOIN LATERAL (
                SELECT
                    own.raw_profile_id,
                    own.source,
                    own.observed_at
                FROM tenant_full.cdp_raw_profiles AS own
                WHERE own.raw_profile_id = link.raw_profile_id
                OFFSET 0
            ) AS raw
            LEFT JOIN LATERAL (
                SELECT own.*
                FROM tenant_full.cdp_activity AS own
                WHERE own.raw_profile_id = link.raw_profile_id
                OFFSET 0
            ) AS activity ON v_has_activity
            WHERE link.master_profile_id = wanted.master_profile_id
            OFFSET 0
        ) AS own
    ),
    counted AS (
        SELECT
            event.master_profile_id,
            jsonb_object_agg(event.event_name, event.event_count) AS event_summary,
            sum(event.event_count) FILTER (WHERE event.event_name = ANY (c360._session_event_names())) AS total_sessions
        FROM (
            SELECT
                seen.master_profile_id,
                seen.event_name,
                sum(seen.event_count) AS event_count
            FROM seen
            WHERE seen.event_name IS NOT NULL
            GROUP BY
                seen.master_profile_id,
                seen.event_name
        ) AS event
        GROUP BY event.master_profile_id
    ),
    spanned AS (
        SELECT
            seen.master_profile_id,
            min(seen.first_at) AS first_seen_at,
            max(seen.last_at) AS last_seen_at,
            (array_agg(seen.source ORDER BY seen.last_at DESC, seen.source COLLATE "C"))[1] AS source
        FROM seen
        GROUP BY seen.master_profile_id
    ),
    -- The latest page among the last events of the observations seen last: a bounded look, whatever the length of a life.
    -- Events that retention has removed left behind what they said.
    latest AS (
        SELECT
            recent.master_profile_id,
            (array_agg(touched.url ORDER BY touched.occurred_at DESC, touched.event_id DESC) FILTER (WHERE touched.url IS NOT NULL))[1] AS url,
            (array_agg(touched.channel ORDER BY touched.occurred_at DESC, touched.event_id DESC) FILTER (WHERE touched.channel IS NOT NULL))[1] AS channel
        FROM (
            SELECT
                listed.master_profile_id,
                listed.raw_profile_id,
                row_number() OVER (PARTITION BY listed.master_profile_id ORDER BY listed.last_at DESC, listed.raw_profile_id DESC) AS place
            FROM (
                SELECT
                    seen.master_profile_id,
                    seen.raw_profile_id,
                    max(seen.last_at) AS last_at
                FROM seen
                WHERE seen.event_name IS NOT NULL
                GROUP BY
                    seen.master_profile_id,
                    seen.raw_profile_id
            ) AS listed
        ) AS recent
        CROSS JOIN LATERAL (
            (
                SELECT
                    event.occurred_at,
                    event.event_id,
                    coalesce(event.payload #>> '{context,page,url}', event.payload #>> '{properties,url}') AS url,
                    coalesce(event.payload ->> 'channel', event.payload #>> '{context,channel}') AS channel
                FROM tenant_full.cdp_behavioral_events AS event
                WHERE event.raw_profile_id = recent.raw_profile_id
                ORDER BY event.occurred_at DESC
                LIMIT 5
            )
            UNION ALL
            SELECT
                said.occurred_at,
                said.event_id,
                said.url,
                said.channel
            FROM tenant_full.cdp_past_touchpoints AS past
            CROSS JOIN LATERAL (
                VALUES
                    (past.url_at, past.url_event_id, past.url, NULL::text),
                    (past.channel_at, past.channel_event_id, NULL, past.channel)
            ) AS said (occurred_at, event_id, url, channel)
            WHERE v_has_past
              AND past.raw_profile_id = recent.raw_profile_id
              AND said.occurred_at IS NOT NULL
        ) AS touched
        WHERE recent.place <= 5
        GROUP BY recent.master_profile_id
    ),
    -- Later layers cover earlier ones.
    layer (master_profile_id, number, doc) AS (
        SELECT
            spanned.master_profile_id,
            1,
            jsonb_build_object(
                'first_seen_at', spanned.first_seen_at,
                'last_seen_at', spanned.last_seen_at,
                'last_known_channel', spanned.source
            )
        FROM spanned
        UNION ALL
        SELECT
            counted.master_profile_id,
            2,
            jsonb_build_object('event_summary', counted.event_summary, 'total_sessions', counted.total_sessions)
        FROM counted
        UNION ALL
        SELECT
            latest.master_profile_id,
            2,
            jsonb_strip_nulls(
                jsonb_build_object(
                    'last_known_channel', latest.channel,
                    -- The page, not what was asked of it: queries and fragments carry tokens and what people typed.
                    'last_seen_touchpoint_url', left(split_part(split_part(latest.url, '#', 1), '?', 1), 2000)
                )
            )
        FROM latest
    ),
    document AS MATERIALIZED (
        SELECT
            layer.master_profile_id,
            jsonb_strip_nulls(c360._merged(layer.doc ORDER BY layer.number)) - ARRAY['first_seen_at', 'last_known_channel', 'last_seen_touchpoint_url', 'event_summary', 'total_sessions']::text[] AS doc
        FROM layer
        GROUP BY layer.master_profile_id
        UNION ALL
        SELECT
            known.id,
            known.metrics
        FROM unnest(p_known, p_metrics) AS known (id, metrics)
    ),
    written AS (
        INSERT INTO tenant_full.cdp_profile_metrics AS metrics (
            master_profile_id,
            refreshed_at,
            last_seen_at
        )
        SELECT
            document.master_profile_id,
            clock_timestamp(),
            (document.doc ->> 'last_seen_at')::timestamptz
        FROM document
        ON CONFLICT ON CONSTRAINT cdp_profile_metrics_pkey DO UPDATE
        SET refreshed_at = excluded.refreshed_at,
            last_seen_at = excluded.last_seen_at
    )
    -- What scoring keeps is as it was before.
    SELECT
        document.master_profile_id,
        CASE
            WHEN ROW(
                NULL,
                kept.churn_probability
            ) IS NULL
                THEN document.doc
            ELSE document.doc || jsonb_strip_nulls(
                JSON_OBJECT(
                    'churn_probability' VALUE kept.churn_probability
                    RETURNING jsonb
                )
            )
        END
    FROM document
    LEFT JOIN LATERAL (
        SELECT own.*
        FROM tenant_full.cdp_profile_metrics AS own
        WHERE own.master_profile_id = document.master_profile_id
        OFFSET 0
    ) AS kept ON true;
END;
$$;

COMMENT ON FUNCTION tenant_full.refresh_activity(uuid[], uuid[], jsonb[]) IS
    'First and last sight, channel, last page and event counts of golden records, from the events of their observations.';
