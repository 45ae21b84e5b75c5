-- Has the messages that the other side of a sink refused sent again, those of one topic or of all: after its limit was raised, for example. They
-- come out of their order. Answers how many; a dry run only counts. Messages that the log has let go are forgotten.
-- Raises: U4404 and U4423 of the tenant; U5440 sink_not_found

CREATE OR REPLACE FUNCTION c360.resend_refused(
    p_tenant  text,
    p_sink    text,
    p_topic   text DEFAULT NULL,
    p_dry_run boolean DEFAULT false
)
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_count bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_sink(p_sink);
    IF p_topic IS NOT NULL THEN
        PERFORM c360._check_topic(p_topic);
    END IF;

    IF NOT p_dry_run THEN
        DELETE FROM c360.sink_refusals AS refusal
        USING c360.sinks AS sink
        WHERE sink.sink_id = refusal.sink_id
          AND sink.tenant = p_tenant
          AND sink.sink = p_sink
          AND (p_topic IS NULL OR sink.topic = p_topic)
          AND NOT EXISTS (
              SELECT
              FROM c360.messages AS message
              WHERE message.created_at = refusal.message_at
                AND message.seq = refusal.message_seq
          );

        UPDATE c360.sink_refusals AS refusal
        SET is_due = true
        FROM c360.sinks AS sink
        WHERE sink.sink_id = refusal.sink_id
          AND sink.tenant = p_tenant
          AND sink.sink = p_sink
          AND (p_topic IS NULL OR sink.topic = p_topic);
        GET DIAGNOSTICS v_count = ROW_COUNT;
        RETURN v_count;
    END IF;

    RETURN (
        SELECT count(*)
        FROM c360.sink_refusals AS refusal
        JOIN c360.sinks AS sink ON sink.sink_id = refusal.sink_id
        JOIN c360.messages AS message
            ON message.created_at = refusal.message_at
            AND message.seq = refusal.message_seq
        WHERE sink.tenant = p_tenant
          AND sink.sink = p_sink
          AND (p_topic IS NULL OR sink.topic = p_topic)
    );
END;
$$;

COMMENT ON FUNCTION c360.resend_refused(text, text, text, boolean) IS
    'Has messages sent again that a sink could not take; answers how many.';
