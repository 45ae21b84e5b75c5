-- Takes a request body apart: its events, and what the batch says about all of them (context, integrations, sentAt).
-- An event that is no JSON (NaN, a byte that was no UTF-8) or that the database cannot store (\u0000, a lone surrogate, a number
-- beyond all bounds) comes back as NULL in events and as text in unstorable: it must not harm its neighbours.
-- Raises: U1001 body_not_json, U1002 body_not_events, U1005 body_too_deep

CREATE OR REPLACE FUNCTION c360._unpack_body(
    p_type          text,
    p_body          text,
    OUT events      jsonb[],
    OUT unstorable  text[],
    OUT envelope    jsonb
)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_body  jsonb;
    v_shape text;
BEGIN
    BEGIN
        v_body := p_body::jsonb;
    EXCEPTION
        WHEN invalid_text_representation OR untranslatable_character OR numeric_value_out_of_range THEN
            NULL;
        WHEN statement_too_complex THEN
            RAISE EXCEPTION 'the body is nested too deeply'
                USING ERRCODE = 'U1005';
    END;

    IF v_body IS NULL THEN
        SELECT slow.events, slow.unstorable, slow.envelope
        INTO events, unstorable, envelope
        FROM c360._unpack_unclean_body(p_type, p_body) AS slow;
        RETURN;
    END IF;

    v_shape := c360._body_shape(p_type, jsonb_typeof(v_body), jsonb_typeof(v_body -> 'batch'));
    IF v_shape IS NULL THEN
        PERFORM c360._refuse_body(p_type);
    END IF;

    SELECT coalesce(array_agg(item.event ORDER BY item.position), '{}')
    INTO events
    FROM jsonb_array_elements(
        CASE v_shape
            WHEN 'one' THEN jsonb_build_array(v_body)
            WHEN 'list' THEN v_body
            ELSE v_body -> 'batch'
        END
    ) WITH ORDINALITY AS item (event, position);

    envelope := CASE v_shape WHEN 'batch' THEN c360._envelope(v_body) ELSE '{}' END;
END;
$$;

COMMENT ON FUNCTION c360._unpack_body(text, text) IS
    'Events of a request body, those the database cannot store apart, and what the batch says about all of them.';
