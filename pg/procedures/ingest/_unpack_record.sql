-- Takes one record of a stream or queue apart: one event, a list of events, {"batch": [...]}, or lines of these. What is no JSON, or cannot
-- be stored, comes back as text in unstorable, so that it is rejected and kept and the stream goes on. An event without messageId gets
-- one from p_id, which the sender says again with each attempt, and its place: so a repeat is a duplicate.
-- Answers in order. Raises nothing about what a record holds.

CREATE OR REPLACE FUNCTION c360._unpack_record(p_id text, p_record text)
    RETURNS SETOF c360.sent_event
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- An event of a hundred bytes is a short one, and a record has up to a million.
    c_most_lines  CONSTANT integer := 10000;
    v_id          text := CASE WHEN length(p_id) <= 80 THEN p_id ELSE md5(p_id) END;
    v_lines       text[];
    v_number      integer;
BEGIN
    v_lines := ARRAY(
        SELECT line.text
        FROM string_to_table(p_record, E'\n') WITH ORDINALITY AS line (text, position)
        WHERE btrim(line.text, E' \t\r') <> ''
        ORDER BY line.position
    );
    IF cardinality(v_lines) NOT BETWEEN 1 AND c_most_lines THEN
        v_lines := ARRAY[p_record];
    ELSIF cardinality(v_lines) > 1 AND NOT pg_input_is_valid(v_lines[1], 'jsonb') AND pg_input_is_valid(p_record, 'jsonb') THEN
        -- One document, written over several lines.
        v_lines := ARRAY[p_record];
    END IF;

    RETURN QUERY
    WITH read AS MATERIALIZED (
        SELECT
            given.position,
            given.text,
            CASE WHEN pg_input_is_valid(given.text, 'jsonb') THEN given.text::jsonb END AS said
        FROM unnest(v_lines) WITH ORDINALITY AS given (text, position)
    ),
    line AS MATERIALIZED (
        SELECT
            read.position,
            CASE WHEN read.said IS NULL THEN read.text END AS unstorable,
            CASE WHEN jsonb_typeof(read.said -> 'batch') = 'array' THEN c360._envelope(read.said) ELSE '{}' END AS envelope,
            CASE
                WHEN read.said IS NULL THEN '[null]'
                WHEN jsonb_typeof(read.said) = 'array' THEN read.said
                WHEN jsonb_typeof(read.said -> 'batch') = 'array' THEN read.said -> 'batch'
                ELSE jsonb_build_array(read.said)
            END AS events
        FROM read
    ),
    numbered AS MATERIALIZED (
        SELECT
            line.position,
            sum(jsonb_array_length(line.events)) OVER (ORDER BY line.position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM line
    ),
    event AS MATERIALIZED (
        -- No window over the events: each would carry its whole line through a sort.
        SELECT
            (coalesce(numbered.before, 0) + item.position - 1)::integer AS place,
            item.event,
            line.unstorable,
            line.envelope
        FROM line
        JOIN numbered ON numbered.position = line.position
        CROSS JOIN LATERAL jsonb_array_elements(line.events) WITH ORDINALITY AS item (event, position)
    )
    SELECT
        1,
        event.place,
        CASE
            WHEN event.unstorable IS NOT NULL THEN NULL
            WHEN jsonb_typeof(event.event) = 'object' AND jsonb_typeof(coalesce(event.event -> 'messageId', 'null')) = 'null'
                THEN event.event || jsonb_build_object('messageId', format('%s-%s', v_id, event.place))
            ELSE event.event
        END,
        event.unstorable,
        event.envelope,
        NULL::text,
        false
    FROM event
    ORDER BY event.place;
EXCEPTION
    WHEN statement_too_complex THEN
        -- Nested so deeply that it cannot be read, now or when somebody looks at it: kept as a string of JSON, and its neighbours are spared.
        IF v_lines IS NULL OR cardinality(v_lines) = 1 THEN
            RETURN QUERY SELECT 1, 0, NULL::jsonb, to_json(p_record)::text, '{}'::jsonb, NULL::text, false;
            RETURN;
        END IF;
        FOR v_number IN 1 .. cardinality(v_lines) LOOP
            RETURN QUERY SELECT * FROM c360._unpack_record(format('%s-%s', v_id, v_number), v_lines[v_number]);
        END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._unpack_record(text, text) IS
    'Events of one record of a stream or queue; those without messageId get one from its id.';
