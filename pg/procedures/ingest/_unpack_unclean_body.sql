-- The slow way to take a body apart, for one that is JSON but that jsonb refuses as a whole.
-- json operators refuse \u0000 and lone surrogates too, as soon as they look for a key. So every unicode escape is first
-- turned into plain text (\u -> \\u, and \\ -> \\s to keep that reversible), the body is cut, and the pieces turned back.
-- Raises: U1001 body_not_json, U1002 body_not_events, U1005 body_too_deep

CREATE OR REPLACE FUNCTION c360._unpack_unclean_body(
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
    v_is_json boolean;
    v_body    json;
    v_shape   text;
    v_list    text;
BEGIN
    BEGIN
        v_is_json := pg_input_is_valid(p_body, 'json');
    EXCEPTION
        WHEN statement_too_complex THEN
            RAISE EXCEPTION 'the body is nested too deeply'
                USING ERRCODE = 'U1005';
    END;

    IF v_is_json IS NOT TRUE THEN
        RAISE EXCEPTION 'the body is not JSON'
            USING ERRCODE = 'U1001';
    END IF;

    v_body := replace(replace(p_body, '\\', '\\s'), '\u', '\\u');
    v_shape := c360._body_shape(
        p_type,
        json_typeof(v_body),
        CASE json_typeof(v_body) WHEN 'object' THEN json_typeof(v_body -> 'batch') END
    );
    IF v_shape IS NULL THEN
        PERFORM c360._refuse_body(p_type);
    END IF;

    v_list := CASE v_shape
        WHEN 'one' THEN '[' || v_body::text || ']'
        WHEN 'list' THEN v_body::text
        ELSE (v_body -> 'batch')::text
    END;

    SELECT
        coalesce(array_agg(CASE WHEN item.is_storable THEN item.sent::jsonb END ORDER BY item.position), '{}'),
        coalesce(array_agg(CASE WHEN NOT item.is_storable THEN item.sent END ORDER BY item.position), '{}')
    INTO events, unstorable
    FROM (
        SELECT
            element.event::text AS sent,
            pg_input_is_valid(element.event::text, 'jsonb') AS is_storable,
            element.position
        FROM json_array_elements(replace(replace(v_list, '\\u', '\u'), '\\s', '\\')::json)
            WITH ORDINALITY AS element (event, position)
    ) AS item;

    SELECT c360._envelope(coalesce(jsonb_object_agg(piece.member, piece.value::jsonb), '{}'))
    INTO envelope
    FROM (
        SELECT
            wanted.member,
            replace(replace((v_body -> wanted.member)::text, '\\u', '\u'), '\\s', '\\') AS value
        FROM unnest(ARRAY['context', 'integrations', 'sentAt']) AS wanted (member)
        WHERE v_shape = 'batch'
    ) AS piece
    WHERE CASE WHEN pg_input_is_valid(piece.value, 'jsonb') THEN true END;
END;
$$;

COMMENT ON FUNCTION c360._unpack_unclean_body(text, text) IS
    'Takes a body apart that holds something jsonb cannot store, so that only the events concerned are lost.';
