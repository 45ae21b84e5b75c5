-- Works out the visits of visitors from a time on and writes them in place of what was there; answers how many. Sessions that clients
-- stated are as stated; the other events of a visitor belong to one visit until a pause of more than p_idle. Events of one moment
-- go by their message id, so that the result depends on the events alone. Trusts the search_path and the lock of sessions.

CREATE OR REPLACE FUNCTION c360._write_visits(p_visitor_ids bigint[], p_since timestamptz[], p_idle interval)
    RETURNS bigint
    LANGUAGE plpgsql
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_count bigint;
BEGIN
    DELETE FROM cdp_visits AS visit
    USING unnest(p_visitor_ids, p_since) AS wanted (visitor_id, since)
    WHERE visit.visitor_id = wanted.visitor_id
      AND visit.started_at >= wanted.since;

    WITH marked AS (
        SELECT
            event.*,
            (
                event.session_id IS NULL
                AND (event.occurred_at - lag(event.occurred_at) OVER one_after_the_other <= p_idle) IS NOT TRUE
            )::integer AS begins
        FROM c360._visitor_events(p_visitor_ids, p_since) AS event
        WINDOW one_after_the_other AS (
            PARTITION BY event.visitor_id, event.session_id
            ORDER BY event.occurred_at, event.message_id COLLATE "C"
        )
    ),
    numbered AS (
        SELECT
            marked.*,
            sum(marked.begins) OVER one_after_the_other AS number,
            row_number() OVER one_after_the_other AS place
        FROM marked
        WINDOW one_after_the_other AS (
            PARTITION BY marked.visitor_id, marked.session_id
            ORDER BY marked.occurred_at, marked.message_id COLLATE "C"
        )
    ),
    visited AS (
        SELECT
            event.visitor_id,
            event.session_id,
            min(event.occurred_at) AS started_at,
            max(event.occurred_at) AS ended_at,
            max(event.received_at) AS last_received_at,
            count(*) AS event_count,
            count(*) FILTER (WHERE event.type IN ('page', 'screen')) AS page_count,
            (array_agg(event.event_id ORDER BY event.place))[1] AS entry_event_id,
            (array_agg(event.received_at ORDER BY event.place))[1] AS entry_received_at,
            (array_agg(event.message_id ORDER BY event.place))[1] AS entry_message_id,
            (array_agg(event.raw_profile_id ORDER BY event.place))[count(*)] AS raw_profile_id,
            array_agg(event.event_id ORDER BY event.place) FILTER (WHERE event.has_page) AS pages,
            array_agg(event.received_at ORDER BY event.place) FILTER (WHERE event.has_page) AS page_times
        FROM numbered AS event
        GROUP BY
            event.visitor_id,
            event.session_id,
            event.number
    )
    INSERT INTO cdp_visits (
        entry_event_id, visitor_id, raw_profile_id, session_id, is_stated, started_at, ended_at, last_received_at, event_count, page_count,
        entry_url, entry_path, exit_url, exit_path, referrer, referrer_host,
        campaign_source, campaign_medium, campaign_name, campaign_term, campaign_content, campaign_id, click_id_name, click_id,
        device_type, os_name, browser, is_bot
    )
    SELECT
        visited.entry_event_id,
        visited.visitor_id,
        visited.raw_profile_id,
        coalesce(visited.session_id, visited.entry_message_id),
        visited.session_id IS NOT NULL,
        visited.started_at,
        visited.ended_at,
        visited.last_received_at,
        visited.event_count,
        visited.page_count,
        (came.page).url,
        (came.page).path,
        (went.page).url,
        (went.page).path,
        (came.page).referrer,
        (came.page).referrer_host,
        (came.campaign).source,
        (came.campaign).medium,
        (came.campaign).name,
        (came.campaign).term,
        (came.campaign).content,
        (came.campaign).id,
        (came.campaign).click_id_name,
        (came.campaign).click_id,
        coalesce((came.device).type, (came.agent).device_type),
        coalesce((came.device).os_name, (came.agent).os),
        (came.agent).browser,
        (came.agent).is_bot
    FROM visited
    CROSS JOIN LATERAL (
        SELECT
            c360.event_page(event.payload) AS page,
            c360.event_campaign(event.payload) AS campaign,
            c360.event_device(event.payload) AS device,
            c360.user_agent(event.payload #>> '{context,userAgent}') AS agent
        FROM cdp_behavioral_events AS event
        WHERE event.event_id = coalesce(visited.pages[1], visited.entry_event_id)
          AND event.received_at = coalesce(visited.page_times[1], visited.entry_received_at)
        OFFSET 0
    ) AS came
    LEFT JOIN LATERAL (
        SELECT c360.event_page(event.payload) AS page
        FROM cdp_behavioral_events AS event
        WHERE event.event_id = visited.pages[cardinality(visited.pages)]
          AND event.received_at = visited.page_times[cardinality(visited.pages)]
        OFFSET 0
    ) AS went ON true;
    GET DIAGNOSTICS v_count = ROW_COUNT;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._write_visits(bigint[], timestamptz[], interval) IS
    'Works out the visits of visitors from a time on.';
