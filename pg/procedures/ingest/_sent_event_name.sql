-- The name of an event that may be no event: that of a track event, of others the type. NULL where neither is one: then it may hold
-- anything. Indexes of tenants are built on it: what answers otherwise needs another name.

CREATE OR REPLACE FUNCTION c360._sent_event_name(p_payload text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_event jsonb;
    v_name  text;
BEGIN
    IF NOT pg_input_is_valid(p_payload, 'jsonb') THEN
        RETURN NULL;
    END IF;
    v_event := p_payload::jsonb;

    IF v_event -> 'type' = '"track"' THEN
        v_name := btrim(v_event ->> 'event');
        RETURN CASE WHEN jsonb_typeof(v_event -> 'event') = 'string' AND length(v_name) BETWEEN 1 AND 500 THEN v_name END;
    END IF;
    RETURN (
        SELECT known.type
        FROM (VALUES ('identify'), ('page'), ('screen'), ('group'), ('alias')) AS known (type)
        WHERE v_event -> 'type' = to_jsonb(known.type)
    );
END;
$$;

COMMENT ON FUNCTION c360._sent_event_name(text) IS
    'The name of a rejected event, or its type; NULL where it has none that is one.';
