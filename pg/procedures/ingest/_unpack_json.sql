-- Takes a body apart that is JSON already: its events, each with what the body says about all of them.
-- p_type: the endpoint: one of the six event types, batch or import; NULL takes any of them.
-- Raises: U1002 body_not_events

CREATE OR REPLACE FUNCTION c360._unpack_json(p_type text, p_body jsonb)
    RETURNS c360.sent_event[]
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_shape     text := c360._body_shape(p_type, jsonb_typeof(p_body), jsonb_typeof(p_body -> 'batch'));
    v_envelope  jsonb;
BEGIN
    IF v_shape IS NULL THEN
        PERFORM c360._refuse_body(p_type);
    END IF;

    v_envelope := CASE v_shape WHEN 'batch' THEN c360._envelope(p_body) ELSE '{}' END;

    RETURN ARRAY(
        SELECT ROW(
            1,
            item.position - 1,
            CASE p_type WHEN 'consent' THEN c360._consent_event(item.event) ELSE item.event END,
            NULL,
            v_envelope,
            c360._type_of_endpoint(p_type),
            coalesce(p_type = 'import', false)
        )::c360.sent_event
        FROM jsonb_array_elements(
            CASE v_shape
                WHEN 'one' THEN jsonb_build_array(p_body)
                WHEN 'list' THEN p_body
                ELSE p_body -> 'batch'
            END
        ) WITH ORDINALITY AS item (event, position)
        ORDER BY item.position
    );
END;
$$;

COMMENT ON FUNCTION c360._unpack_json(text, jsonb) IS
    'Events of a body that is JSON, each with what the body says about all of them.';
