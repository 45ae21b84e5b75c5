-- Reads the body of a call of an agent: {identifierType, value, purpose, channel, events}. Other members are not read. Pure.
-- Raises: U1001 body_not_json, U1012 parameter_missing, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360._agent_question(p_body text)
    RETURNS c360.agent_question
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_body    jsonb;
    v_missing text;
BEGIN
    IF NOT coalesce(pg_input_is_valid(p_body, 'jsonb'), false) THEN
        RAISE EXCEPTION 'the body is not JSON'
            USING ERRCODE = 'U1001';
    END IF;

    v_body := p_body::jsonb;
    SELECT asked.name
    INTO v_missing
    FROM unnest('{identifierType,value,purpose,channel}'::text[]) WITH ORDINALITY AS asked (name, place)
    WHERE jsonb_typeof(v_body -> asked.name) IS DISTINCT FROM 'string'
      AND (asked.name <> 'channel' OR coalesce(v_body -> 'channel', 'null') <> 'null')
    ORDER BY asked.place
    LIMIT 1;
    IF v_missing IS NOT NULL THEN
        RAISE EXCEPTION 'the parameter % is missing or no text', v_missing
            USING ERRCODE = 'U1012',
                  HINT = 'Send {"identifierType": "email", "value": "an@shop.vn", "purpose": "support"}.';
    END IF;

    IF NOT coalesce(pg_input_is_valid(coalesce(v_body ->> 'events', '10'), 'integer'), false) THEN
        RAISE EXCEPTION '% is no number of events', left((v_body -> 'events')::text, 100)
            USING ERRCODE = 'U4426',
                  HINT = 'Ask for 0 to 50.';
    END IF;

    RETURN ROW(
        v_body ->> 'identifierType',
        v_body ->> 'value',
        v_body ->> 'purpose',
        v_body ->> 'channel',
        coalesce(v_body ->> 'events', '10')::integer
    );
END;
$$;

COMMENT ON FUNCTION c360._agent_question(text) IS
    'The body of a call of an agent as a question.';
