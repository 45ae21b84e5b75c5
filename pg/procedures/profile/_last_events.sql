-- The latest events of a golden record as readers see them, the latest first. Of their properties those are shown that the tenant
-- shows (tenants.shown_properties): others may hold masked values.
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
        SELECT coalesce(jsonb_agg(
            jsonb_build_object(
                'event', last.event_name,
                'type', last.type,
                'occurred_at', last.occurred_at,
                'source', last.source,
                'message_id', last.message_id,
                'properties', c360._shown_members(last.payload -> 'properties', '{}', v_properties)
            )
            ORDER BY last.occurred_at DESC, last.event_id DESC
        ), '[]')
        FROM c360._recent_events(p_master_profile_id, p_count) AS last
    );
END;
$$;

COMMENT ON FUNCTION c360._last_events(text, uuid, integer) IS
    'The latest events of a golden record as a JSON list.';
