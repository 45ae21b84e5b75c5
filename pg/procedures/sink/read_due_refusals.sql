-- Messages of a lease that were refused and are to be tried again, in their order, whole. Reads only.
-- Raises: U5442 sink_taken

CREATE OR REPLACE FUNCTION c360.read_due_refusals(
    p_sink_id bigint,
    p_token   bigint,
    p_limit   integer
)
    RETURNS TABLE (
        "position"  bigint,
        message_id  uuid,
        type        text,
        key         text,
        created_at  timestamptz,
        body        text,
        ended_keys  text[]
    )
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_sink c360.sinks;
BEGIN
    v_sink := c360._leased_sink(p_sink_id, p_token, false);
    PERFORM c360._hold_partitions();

    RETURN QUERY
    SELECT
        refusal.position,
        message.message_id,
        message.type,
        message.key,
        message.created_at,
        message.body,
        c360._ended_keys(v_sink.topic, message.type, message.key, message.body)
    FROM c360.sink_refusals AS refusal
    JOIN c360.messages AS message
        ON message.created_at = refusal.message_at
        AND message.seq = refusal.message_seq
    WHERE refusal.sink_id = p_sink_id
      AND refusal.is_due
    ORDER BY refusal.position
    LIMIT p_limit;
END;
$$;

COMMENT ON FUNCTION c360.read_due_refusals(bigint, bigint, integer) IS
    'Messages that a sink could not take and that are to be tried again.';
