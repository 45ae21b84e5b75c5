-- The schema that the last events of a kind (up to p_limit) follow, to begin a tracking plan with; NULL where there are none. It names
-- properties and their types and holds no value. For administrators: where clients write mail addresses or numbers as names of members, it
-- names them. Raises: U4404 tenant_not_found, U1114 event_unknown

CREATE OR REPLACE FUNCTION c360.infer_event_schema(
    p_tenant text,
    p_event  text,
    p_type   text    DEFAULT NULL,
    p_limit  integer DEFAULT 1000
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind   record;
    v_values jsonb[];
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    v_kind := c360._event_kind(p_event, p_type);

    v_values := ARRAY(
        SELECT c360._schema_subject(event.type, event.payload)
        FROM cdp_behavioral_events AS event
        WHERE event.type = v_kind.event_type
          AND event.event_name = v_kind.event_name
        ORDER BY event.received_at DESC
        LIMIT c360._checked_limit(p_limit)
    );

    RETURN CASE WHEN v_values <> '{}' THEN c360._inferred_schema(v_values) END;
END;
$$;

COMMENT ON FUNCTION c360.infer_event_schema(text, text, text, integer) IS
    'The JSON Schema that the last events of a kind follow.';
