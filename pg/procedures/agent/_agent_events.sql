-- The latest events of a golden record for an agent, the latest first: [{event, occurred_at, properties}]. Of properties those single values that the
-- tenant shows and that are no free text (_plain_properties). Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._agent_events(p_tenant text, p_master_profile_id uuid, p_count integer)
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
                'event', left(last.event_name, 100),
                'occurred_at', last.occurred_at,
                'properties', c360._plain_properties(
                    -- As single values alone: below a name that is shown may be others, which somebody sent.
                    c360._shown_members(last.payload -> 'properties', v_properties, '{}'),
                    (
                        SELECT planned.schema
                        FROM cdp_event_schemas AS planned
                        WHERE planned.event_type = last.type
                          AND planned.event_name = last.event_name
                          AND planned.ended_at IS NULL
                    )
                )
            )
            ORDER BY last.occurred_at DESC, last.event_id DESC
        ), '[]')
        FROM c360._recent_events(p_master_profile_id, p_count) AS last
    );
END;
$$;

COMMENT ON FUNCTION c360._agent_events(text, uuid, integer) IS
    'The latest events of a golden record without free text.';
