-- Messages that the other side of a sink could not take, the latest first. Reads only.
-- Raises: U4404 of the tenant; U5440 sink_not_found; U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.list_sink_refusals(
    p_tenant text,
    p_sink   text,
    p_limit  integer DEFAULT 100
)
    RETURNS TABLE (
        topic        text,
        "position"   bigint,
        message_id   uuid,
        type         text,
        bytes        integer,
        reason       text,
        refused_at   timestamptz,
        is_due       boolean
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._check_sink(p_sink);

    RETURN QUERY
    SELECT
        sink.topic,
        refusal.position,
        message.message_id,
        message.type,
        octet_length(message.body),
        refusal.reason,
        refusal.refused_at,
        refusal.is_due
    FROM c360.sinks AS sink
    JOIN c360.sink_refusals AS refusal ON refusal.sink_id = sink.sink_id
    LEFT JOIN c360.messages AS message
        ON message.created_at = refusal.message_at
        AND message.seq = refusal.message_seq
    WHERE sink.tenant = p_tenant
      AND sink.sink = p_sink
    ORDER BY
        refusal.refused_at DESC,
        refusal.position DESC
    LIMIT c360._checked_limit(p_limit);
END;
$$;

COMMENT ON FUNCTION c360.list_sink_refusals(text, text, integer) IS
    'Messages that could not be sent to a sink, with the reason; without an id when the log has let them go.';
