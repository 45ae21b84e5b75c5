-- What became of messages that were tried again: those of p_sent are done, those of p_refused ([{"position", "reason"}]) are refused once
-- more. Safe to repeat.
-- Raises: U5442 sink_taken

CREATE OR REPLACE FUNCTION c360.settle_refusals(
    p_sink_id bigint,
    p_token   bigint,
    p_sent    bigint[],
    p_refused jsonb
)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._leased_sink(p_sink_id, p_token, true);

    DELETE FROM c360.sink_refusals AS refusal
    WHERE refusal.sink_id = p_sink_id
      AND refusal.position = ANY (p_sent);

    UPDATE c360.sink_refusals AS refusal
    SET reason = left(refused.value ->> 'reason', 500),
        refused_at = clock_timestamp(),
        is_due = false
    FROM jsonb_array_elements(p_refused) AS refused
    WHERE refusal.sink_id = p_sink_id
      AND refusal.position = (refused.value ->> 'position')::bigint;

    UPDATE c360.sinks AS sink
    SET sent_count = sink.sent_count + cardinality(p_sent),
        sent_at = CASE WHEN cardinality(p_sent) > 0 THEN clock_timestamp() ELSE sink.sent_at END
    WHERE sink.sink_id = p_sink_id;
END;
$$;

COMMENT ON FUNCTION c360.settle_refusals(bigint, bigint, bigint[], jsonb) IS
    'Settles messages of a sink that were tried again.';
