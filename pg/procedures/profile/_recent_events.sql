-- The latest events of a golden record, over all its observations, the latest first. Reads at most p_count events of each observation by index.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._recent_events(p_master_profile_id uuid, p_count integer)
    RETURNS TABLE (
        event_id    bigint,
        event_name  text,
        type        text,
        occurred_at timestamptz,
        source      text,
        message_id  text,
        payload     jsonb
    )
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_variable
BEGIN
    RETURN QUERY
    SELECT
        recent.event_id,
        recent.event_name,
        recent.type,
        recent.occurred_at,
        recent.source,
        recent.message_id,
        recent.payload
    FROM cdp_profile_links AS link
    CROSS JOIN LATERAL (
        SELECT
            event.event_id,
            event.event_name,
            event.type,
            event.occurred_at,
            event.source,
            event.message_id,
            event.payload
        FROM cdp_behavioral_events AS event
        WHERE event.raw_profile_id = link.raw_profile_id
        ORDER BY event.occurred_at DESC
        LIMIT p_count
    ) AS recent
    WHERE link.master_profile_id = p_master_profile_id
    ORDER BY
        recent.occurred_at DESC,
        recent.event_id DESC
    LIMIT p_count;
END;
$$;

COMMENT ON FUNCTION c360._recent_events(uuid, integer) IS
    'The latest events of a golden record.';
