-- Takes many request bodies apart in one go: the events of all those that are clean, in the order of the requests.
-- alone: the request has to be sent by itself, because its body is not JSON, is no set of events, or is over a limit; its events are
-- not among them. A body nested beyond all bounds fails the whole call.
-- Raises: U1005 body_too_deep

CREATE OR REPLACE FUNCTION c360._unpack_requests(
    p_types     text[],
    p_bodies    text[],
    OUT events  c360.sent_event[],
    OUT alone   boolean[]
)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_bodies jsonb[];
BEGIN
    BEGIN
        v_bodies := p_bodies::jsonb[];
    EXCEPTION
        WHEN invalid_text_representation OR untranslatable_character OR numeric_value_out_of_range THEN
            v_bodies := ARRAY(
                SELECT CASE WHEN pg_input_is_valid(sent.body, 'jsonb') THEN sent.body::jsonb END
                FROM unnest(p_bodies) WITH ORDINALITY AS sent (body, position)
                ORDER BY sent.position
            );
    END;

    WITH request AS MATERIALIZED (
        SELECT
            sent.number,
            sent.type,
            sent.body,
            CASE
                WHEN octet_length(sent.sent_body) <= 500 * 1024
                    THEN c360._body_shape(sent.type, jsonb_typeof(sent.body), jsonb_typeof(sent.body -> 'batch'))
            END AS shape
        FROM unnest(p_types, v_bodies, p_bodies) WITH ORDINALITY AS sent (type, body, sent_body, number)
    ),
    whole AS MATERIALIZED (
        SELECT
            request.number,
            request.type,
            CASE request.shape WHEN 'batch' THEN c360._envelope(request.body) ELSE '{}' END AS envelope,
            CASE request.shape
                WHEN 'one' THEN jsonb_build_array(request.body)
                WHEN 'list' THEN request.body
                WHEN 'batch' THEN request.body -> 'batch'
            END AS events
        FROM request
    ),
    judged AS MATERIALIZED (
        SELECT
            whole.*,
            coalesce(jsonb_array_length(whole.events) > 2500, true) AS is_alone
        FROM whole
    )
    SELECT
        ARRAY(
            SELECT ROW(
                judged.number,
                item.position - 1,
                CASE judged.type WHEN 'consent' THEN c360._consent_event(item.event) ELSE item.event END,
                NULL,
                judged.envelope,
                c360._type_of_endpoint(judged.type),
                judged.type = 'import'
            )::c360.sent_event
            FROM judged
            CROSS JOIN LATERAL jsonb_array_elements(judged.events) WITH ORDINALITY AS item (event, position)
            WHERE NOT judged.is_alone
            ORDER BY
                judged.number,
                item.position
        ),
        ARRAY(SELECT judged.is_alone FROM judged ORDER BY judged.number)
    INTO events, alone;
EXCEPTION
    WHEN statement_too_complex THEN
        RAISE EXCEPTION 'the body is nested too deeply'
            USING ERRCODE = 'U1005';
END;
$$;

COMMENT ON FUNCTION c360._unpack_requests(text[], text[]) IS
    'Events of many request bodies, and which of the bodies have to be taken one by one.';
