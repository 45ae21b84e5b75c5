-- Writes down the last page and channel that events say which are about to be removed, for each of these observations, so
-- that refresh_activity() goes on answering the same. Looks, as that does, at the last five events of an observation, and
-- notes what those of them say that are in the given partition (p_event_ids NULL: all of it) unless a later one that stays
-- says it too. Trusts the search_path. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._note_touchpoints(
    p_raw_profile_ids bigint[],
    p_partition       regclass,
    p_event_ids       bigint[] DEFAULT NULL
)
    RETURNS void
    LANGUAGE plpgsql
    SET enable_seqscan = off
AS $$
BEGIN
    INSERT INTO cdp_past_touchpoints AS noted (
        raw_profile_id,
        url,
        url_at,
        url_event_id,
        channel,
        channel_at,
        channel_event_id
    )
    SELECT
        wanted.raw_profile_id,
        said.urls[1],
        said.url_times[1],
        said.url_events[1],
        said.channels[1],
        said.channel_times[1],
        said.channel_events[1]
    FROM unnest(p_raw_profile_ids) AS wanted (raw_profile_id)
    CROSS JOIN LATERAL (
        SELECT
            array_agg(left(touched.url, 2000) ORDER BY touched.occurred_at DESC, touched.event_id DESC)
                FILTER (WHERE touched.is_leaving AND touched.url IS NOT NULL) AS urls,
            array_agg(touched.occurred_at ORDER BY touched.occurred_at DESC, touched.event_id DESC)
                FILTER (WHERE touched.is_leaving AND touched.url IS NOT NULL) AS url_times,
            array_agg(touched.event_id ORDER BY touched.occurred_at DESC, touched.event_id DESC)
                FILTER (WHERE touched.is_leaving AND touched.url IS NOT NULL) AS url_events,
            array_agg(touched.channel ORDER BY touched.occurred_at DESC, touched.event_id DESC)
                FILTER (WHERE touched.is_leaving AND touched.channel IS NOT NULL) AS channels,
            array_agg(touched.occurred_at ORDER BY touched.occurred_at DESC, touched.event_id DESC)
                FILTER (WHERE touched.is_leaving AND touched.channel IS NOT NULL) AS channel_times,
            array_agg(touched.event_id ORDER BY touched.occurred_at DESC, touched.event_id DESC)
                FILTER (WHERE touched.is_leaving AND touched.channel IS NOT NULL) AS channel_events
        FROM (
            SELECT
                event.occurred_at,
                event.event_id,
                event.tableoid = p_partition
                AND (p_event_ids IS NULL OR event.event_id = ANY (p_event_ids)) AS is_leaving,
                coalesce(event.payload #>> '{context,page,url}', event.payload #>> '{properties,url}') AS url,
                coalesce(event.payload ->> 'channel', event.payload #>> '{context,channel}') AS channel
            FROM cdp_behavioral_events AS event
            WHERE event.raw_profile_id = wanted.raw_profile_id
            ORDER BY event.occurred_at DESC
            LIMIT 5
        ) AS touched
    ) AS said
    WHERE said.urls IS NOT NULL
       OR said.channels IS NOT NULL
    ORDER BY wanted.raw_profile_id
    ON CONFLICT (raw_profile_id) DO UPDATE
    SET (url, url_at, url_event_id) = (
            SELECT
                later.url,
                later.url_at,
                later.url_event_id
            FROM (
                VALUES
                    (noted.url, noted.url_at, noted.url_event_id),
                    (excluded.url, excluded.url_at, excluded.url_event_id)
            ) AS later (url, url_at, url_event_id)
            ORDER BY
                later.url_at DESC NULLS LAST,
                later.url_event_id DESC NULLS LAST
            LIMIT 1
        ),
        (channel, channel_at, channel_event_id) = (
            SELECT
                later.channel,
                later.channel_at,
                later.channel_event_id
            FROM (
                VALUES
                    (noted.channel, noted.channel_at, noted.channel_event_id),
                    (excluded.channel, excluded.channel_at, excluded.channel_event_id)
            ) AS later (channel, channel_at, channel_event_id)
            ORDER BY
                later.channel_at DESC NULLS LAST,
                later.channel_event_id DESC NULLS LAST
            LIMIT 1
        );
END;
$$;

COMMENT ON FUNCTION c360._note_touchpoints(bigint[], regclass, bigint[]) IS
    'Keeps the last page and channel that events say which are about to be removed.';
