-- Says that everything from p_from up to p_position is sent, or refused: p_outcome is {"sent": how many, "refused": [{"position", "reason"}],
-- "place": what to remember of the other side, "lost": what it has lost of what it had acknowledged}. Moves the consumer only when it stands at p_from; when somebody replayed it in the
-- meantime, or maintenance passed messages whose time was over, it stays where it is. Answers where it stands.
-- What was refused is kept first: the position never passes a message that is neither sent nor noted.
-- Raises: U5442 sink_taken

CREATE OR REPLACE FUNCTION c360.commit_sink(
    p_sink_id  bigint,
    p_token    bigint,
    p_from     bigint,
    p_position bigint,
    p_outcome  jsonb
)
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_sink     c360.sinks;
    v_consumer c360.topic_consumers;
    v_moves    boolean;
BEGIN
    -- The consumer first, as everybody does.
    v_sink := c360._leased_sink(p_sink_id, p_token, false);
    v_consumer := c360._find_consumer(v_sink.tenant, v_sink.topic, v_sink.sink);
    v_sink := c360._leased_sink(p_sink_id, p_token, true);
    v_moves := v_consumer.done_position = p_from AND p_position > p_from;

    PERFORM c360._note_refusals(p_sink_id, v_consumer.feed_id, p_outcome -> 'refused');

    IF v_moves THEN
        UPDATE c360.topic_consumers AS consumer
        SET done_position = p_position,
            committed_at = clock_timestamp()
        WHERE consumer.tenant = v_sink.tenant
          AND consumer.topic = v_sink.topic
          AND consumer.consumer = v_sink.sink;
    END IF;

    UPDATE c360.sinks AS sink
    SET sent_position = greatest(sink.sent_position, p_position),
        sent_count = sink.sent_count + (p_outcome ->> 'sent')::bigint,
        sent_at = CASE WHEN (p_outcome ->> 'sent')::bigint > 0 THEN clock_timestamp() ELSE sink.sent_at END,
        place = coalesce(nullif(p_outcome -> 'place', 'null'), sink.place),
        problem = NULL,
        problem_since = NULL,
        -- Sent again from before: what had been lost has been brought again.
        lost_what = coalesce(left(p_outcome ->> 'lost', 500), CASE WHEN p_from >= sink.sent_position THEN sink.lost_what END),
        lost_at = CASE
            WHEN p_outcome ->> 'lost' IS NOT NULL THEN clock_timestamp()
            WHEN p_from >= sink.sent_position THEN sink.lost_at
        END
    WHERE sink.sink_id = p_sink_id;

    RETURN CASE WHEN v_moves THEN p_position ELSE v_consumer.done_position END;
END;
$$;

COMMENT ON FUNCTION c360.commit_sink(bigint, bigint, bigint, bigint, jsonb) IS
    'Moves a leased sink on behind what was sent or refused; answers where it stands.';
