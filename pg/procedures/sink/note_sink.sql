-- Writes down what people should know of a sink: {"problem": why nothing is sent, or null that it goes again; "lost": what the other side has lost
-- of what it had acknowledged; "place": what to remember of it}. A member that is not there changes nothing. Safe to repeat.
-- Raises: U5442 sink_taken

CREATE OR REPLACE FUNCTION c360.note_sink(
    p_sink_id bigint,
    p_token   bigint,
    p_note    jsonb
)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._leased_sink(p_sink_id, p_token, true);

    UPDATE c360.sinks AS sink
    SET problem = CASE WHEN p_note ? 'problem' THEN left(p_note ->> 'problem', 500) ELSE sink.problem END,
        problem_since = CASE
            WHEN NOT p_note ? 'problem' THEN sink.problem_since
            WHEN p_note ->> 'problem' IS NOT NULL THEN coalesce(sink.problem_since, clock_timestamp())
        END,
        lost_what = coalesce(left(p_note ->> 'lost', 500), sink.lost_what),
        lost_at = CASE WHEN p_note ->> 'lost' IS NOT NULL THEN clock_timestamp() ELSE sink.lost_at END,
        place = coalesce(nullif(p_note -> 'place', 'null'), sink.place)
    WHERE sink.sink_id = p_sink_id;
END;
$$;

COMMENT ON FUNCTION c360.note_sink(bigint, bigint, jsonb) IS
    'Notes why a sink does not send, that it does again, or what the other side has lost.';
