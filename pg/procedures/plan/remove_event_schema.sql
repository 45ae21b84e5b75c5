-- Takes the schema of an event out of the tracking plan; its versions stay listed. Answers whether there was one; safe to repeat.
-- Raises: U4404 and U4423 of the tenant; U1114 event_unknown

CREATE OR REPLACE FUNCTION c360.remove_event_schema(
    p_tenant text,
    p_event  text,
    p_type   text DEFAULT NULL
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind record;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_kind := c360._event_kind(p_event, p_type);

    DELETE FROM cdp_event_checks AS checked
    WHERE checked.event_type = v_kind.event_type
      AND checked.event_name = v_kind.event_name;
    UPDATE cdp_event_schemas AS stated
    SET ended_at = now()
    WHERE stated.event_type = v_kind.event_type
      AND stated.event_name = v_kind.event_name
      AND stated.ended_at IS NULL;

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.remove_event_schema(text, text, text) IS
    'Takes the schema of an event out of the tracking plan; answers whether there was one.';
