-- The page, screen and track events of visitors, of each from a time on. What identify, group and alias say is who somebody is: no
-- visit begins with it. Trusts the search_path. Reads by index.

CREATE OR REPLACE FUNCTION c360._visitor_events(p_visitor_ids bigint[], p_since timestamptz[])
    RETURNS TABLE (
        visitor_id      bigint,
        raw_profile_id  bigint,
        event_id        bigint,
        received_at     timestamptz,
        occurred_at     timestamptz,
        message_id      text,
        type            text,
        session_id      text,
        has_page        boolean
    )
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_generic_plan
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT
        wanted.visitor_id,
        event.raw_profile_id,
        event.event_id,
        event.received_at,
        event.occurred_at,
        event.message_id,
        event.type,
        c360.event_session_id(event.payload),
        jsonb_typeof(event.payload #> '{context,page,url}') = 'string'
            OR (event.type = 'page' AND jsonb_typeof(event.payload #> '{properties,url}') = 'string')
    FROM unnest(p_visitor_ids, p_since) AS wanted (visitor_id, since)
    JOIN cdp_visitor_profiles AS own ON own.visitor_id = wanted.visitor_id
    CROSS JOIN LATERAL (
        SELECT seen.*
        FROM cdp_behavioral_events AS seen
        WHERE seen.raw_profile_id = own.raw_profile_id
          AND seen.occurred_at >= wanted.since
          AND seen.type = ANY (ARRAY['page', 'screen', 'track'])
        OFFSET 0
    ) AS event;
END;
$$;

COMMENT ON FUNCTION c360._visitor_events(bigint[], timestamptz[]) IS
    'Page, screen and track events of visitors since a time.';
