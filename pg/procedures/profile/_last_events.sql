-- The latest events of a golden record, over all its observations. Reads at most p_count events of each observation by
-- index. Of their properties those are shown that the tenant shows (tenants.shown_properties): others may hold masked values.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._last_events(
    p_tenant            text,
    p_master_profile_id uuid,
    p_count             integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_properties text[] := (SELECT tenant.shown_properties FROM c360.tenants AS tenant WHERE tenant.tenant = p_tenant);
BEGIN
    RETURN (
        SELECT coalesce(jsonb_agg(last.event ORDER BY last.occurred_at DESC, last.event_id DESC), '[]')
        FROM (
            SELECT
                recent.occurred_at,
                recent.event_id,
                jsonb_build_object(
                    'event', recent.event_name,
                    'type', recent.type,
                    'occurred_at', recent.occurred_at,
                    'source', recent.source,
                    'message_id', recent.message_id,
                    'properties', c360._shown_members(recent.payload -> 'properties', '{}', v_properties)
                ) AS event
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
            LIMIT p_count
        ) AS last
    );
END;
$$;

COMMENT ON FUNCTION c360._last_events(text, uuid, integer) IS
    'The latest events of a golden record as a JSON list.';
