-- The slow way to take a body apart, for one that jsonb refuses as a whole: because of something it cannot store (\u0000, half a
-- surrogate pair, a number beyond all bounds), or because some part of it is no JSON (NaN, a byte that was no UTF-8). It is cut where
-- its quotes and brackets say, and each event is judged by itself: one the database cannot store comes back as text.
-- Raises: U1001 body_not_json, U1002 body_not_events, U1005 body_too_deep

CREATE OR REPLACE FUNCTION c360._unpack_unclean_body(
    p_type  text,
    p_body  text
)
    RETURNS c360.sent_event[]
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_blanks  CONSTANT text := E' \t\r\n';
    v_body    text   := btrim(p_body, c_blanks);
    v_parts   text[] := c360._cut_json(v_body);
    v_batch   text;
    v_shape   text;
    v_said    jsonb;
BEGIN
    IF v_parts IS NULL THEN
        RAISE EXCEPTION 'the body is not JSON'
            USING ERRCODE = 'U1001';
    END IF;

    SELECT regexp_replace(member.text, '^"batch"\s*:\s*', '')
    INTO v_batch
    FROM unnest(v_parts) WITH ORDINALITY AS member (text, position)
    WHERE v_body LIKE '{%'
      AND member.text ~ '^"batch"\s*:'
    ORDER BY member.position DESC
    LIMIT 1;

    v_shape := c360._body_shape(
        p_type,
        CASE WHEN v_body LIKE '{%' THEN 'object' ELSE 'array' END,
        CASE WHEN v_batch LIKE '[%' THEN 'array' WHEN v_batch IS NOT NULL THEN 'something else' END
    );
    IF v_shape IS NULL AND pg_input_is_valid(v_body, 'json') THEN
        PERFORM c360._refuse_body(p_type);
    ELSIF v_shape IS NULL THEN
        RAISE EXCEPTION 'the body is not JSON'
            USING ERRCODE = 'U1001';
    END IF;

    SELECT c360._envelope(coalesce(jsonb_object_agg(piece.member, piece.value ORDER BY said.position), '{}'))
    INTO v_said
    FROM unnest(v_parts) WITH ORDINALITY AS said (text, position)
    CROSS JOIN LATERAL jsonb_each(
        CASE
            WHEN v_shape = 'batch' AND said.text ~ '^"(context|integrations|sentAt)"' AND pg_input_is_valid('{' || said.text || '}', 'jsonb')
                THEN ('{' || said.text || '}')::jsonb
            ELSE '{}'
        END
    ) AS piece (member, value);

    RETURN ARRAY(
        SELECT ROW(
            1,
            item.position - 1,
            CASE
                WHEN item.is_storable AND p_type = 'consent' THEN c360._consent_event(item.sent::jsonb)
                WHEN item.is_storable THEN item.sent::jsonb
            END,
            CASE WHEN NOT item.is_storable THEN item.sent END,
            v_said,
            c360._type_of_endpoint(p_type),
            coalesce(p_type = 'import', false)
        )::c360.sent_event
        FROM (
            SELECT
                event.sent,
                pg_input_is_valid(event.sent, 'jsonb') AS is_storable,
                event.position
            FROM unnest(
                CASE v_shape
                    WHEN 'one' THEN ARRAY[v_body]
                    WHEN 'list' THEN v_parts
                    ELSE c360._cut_json(v_batch)
                END
            ) WITH ORDINALITY AS event (sent, position)
        ) AS item
        ORDER BY item.position
    );
EXCEPTION
    WHEN statement_too_complex THEN
        RAISE EXCEPTION 'the body is nested too deeply'
            USING ERRCODE = 'U1005';
END;
$$;

COMMENT ON FUNCTION c360._unpack_unclean_body(text, text) IS
    'Takes a body apart that holds something jsonb does not take, so that only the events concerned are lost.';
