-- Puts the schema of an event into the tracking plan: the next version of it, in force at once. Answers the version; safe to repeat.
-- p_event: name of a track event; identify, page, screen or group mean those unless p_type says track. p_schema: JSON Schema (2020-12) of its properties, or
-- traits; docs/how-to/keep-a-tracking-plan.md lists what of it is checked. p_mode: allow, warn or block.
-- Raises: U4404 and U4423 of the tenant; U1114 event_unknown, U1115 event_schema_invalid

CREATE OR REPLACE FUNCTION c360.set_event_schema(
    p_tenant text,
    p_event  text,
    p_schema jsonb,
    p_mode   text DEFAULT 'warn',
    p_type   text DEFAULT NULL
)
    RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind    record;
    v_known   record;
    v_version integer;
    v_count   integer;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    v_kind := c360._event_kind(p_event, p_type);
    IF coalesce(p_mode, '') NOT IN ('allow', 'warn', 'block') THEN
        RAISE EXCEPTION 'a schema cannot have the mode "%"', p_mode
            USING ERRCODE = 'U1115',
                  HINT = 'allow: described, not checked; warn: counted and taken; block: rejected.';
    ELSIF jsonb_typeof(p_schema) IS DISTINCT FROM 'object' OR octet_length(p_schema::text) > 100000 THEN
        RAISE EXCEPTION 'a schema is a JSON object of at most 100 kB'
            USING ERRCODE = 'U1115',
                  HINT = 'Begin with {"type": "object", "properties": {}}.';
    END IF;

    LOCK TABLE cdp_event_schemas IN SHARE ROW EXCLUSIVE MODE;
    SELECT
        max(stated.version) AS version,
        max(stated.version) FILTER (WHERE stated.ended_at IS NULL AND stated.schema = p_schema AND stated.mode = p_mode) AS same
    INTO v_known
    FROM cdp_event_schemas AS stated
    WHERE stated.event_type = v_kind.event_type
      AND stated.event_name = v_kind.event_name;
    IF v_known.same IS NOT NULL THEN
        RETURN v_known.same;
    END IF;

    v_version := coalesce(v_known.version, 0) + 1;
    UPDATE cdp_event_schemas AS stated
    SET ended_at = now()
    WHERE stated.event_type = v_kind.event_type
      AND stated.event_name = v_kind.event_name
      AND stated.ended_at IS NULL;
    INSERT INTO cdp_event_schemas (event_type, event_name, version, mode, schema, created_by)
    VALUES (v_kind.event_type, v_kind.event_name, v_version, p_mode, p_schema, c360._actor());

    DELETE FROM cdp_event_checks AS checked
    WHERE checked.event_type = v_kind.event_type
      AND checked.event_name = v_kind.event_name;
    INSERT INTO cdp_event_checks (event_type, event_name, position, version, mode, path, keyword, demanded, test)
    SELECT
        v_kind.event_type,
        v_kind.event_name,
        row_number() OVER (ORDER BY made.path, made.keyword, made.test::text),
        v_version,
        p_mode,
        left(made.path, 1000),
        made.keyword,
        made.demanded,
        made.test
    FROM c360._schema_checks(p_schema) AS made;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count > 1000 THEN
        RAISE EXCEPTION 'the schema makes % checks', v_count
            USING ERRCODE = 'U1115',
                  HINT = 'An event has up to 1000 of them.';
    ELSIF p_mode = 'allow' THEN
        -- Nothing is looked up for events that are not checked.
        DELETE FROM cdp_event_checks AS checked
        WHERE checked.event_type = v_kind.event_type
          AND checked.event_name = v_kind.event_name;
    END IF;

    RETURN v_version;
END;
$$;

COMMENT ON FUNCTION c360.set_event_schema(text, text, jsonb, text, text) IS
    'Puts the JSON Schema of an event into the tracking plan, in force at once; answers its version.';
