-- Gives messages of a tenant's topic: the last p_limit at first, and with the snapshot of the previous answer everything
-- committed since, in order, as readers may see them (see _shown_message); as they are sent they are in c360.as_sent(), for
-- administrators. Who entered or left a segment that is hidden, is gone, or looked at what is masked then, is not told: that alone would tell. A snapshot and not a number, so that
-- a late commit is not skipped. Writes nothing.
-- Raises: U4404 of the tenant; U5405 topic_not_found

CREATE OR REPLACE FUNCTION c360.tail_topic(
    p_tenant   text,
    p_topic    text,
    p_snapshot pg_snapshot DEFAULT NULL,
    p_limit    integer DEFAULT 10
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_snapshot pg_snapshot := c360._snapshot_without_self();
    v_shown    jsonb := c360._shown_fields(p_tenant);
    v_segments jsonb;
    v_rules    jsonb;
    v_messages jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    v_segments := c360._told_segments(p_tenant);
    v_rules := c360._told_rules(p_tenant);
    PERFORM c360._check_topic(p_topic);

    SELECT coalesce(jsonb_agg(to_jsonb(message.*) - 'xid' ORDER BY message.seq), '[]')
    INTO v_messages
    FROM (
        SELECT
            message.seq,
            message.message_id,
            message.type,
            message.key,
            message.created_at,
            c360._shown_message(p_tenant, message.body, v_shown) AS body
        FROM c360.messages AS message
        WHERE message.tenant = p_tenant
          AND message.topic = p_topic
          AND pg_visible_in_snapshot(message.xid, v_snapshot)
          AND c360._is_told_message(message.type, message.body, message.created_at, v_segments, v_rules)
          AND (
              p_snapshot IS NULL
              OR (message.xid >= pg_snapshot_xmin(p_snapshot) AND NOT pg_visible_in_snapshot(message.xid, p_snapshot))
          )
        ORDER BY message.seq DESC
        LIMIT CASE WHEN p_snapshot IS NULL THEN c360._checked_limit(p_limit) END
    ) AS message;

    RETURN jsonb_build_object('snapshot', v_snapshot::text, 'messages', v_messages);
END;
$$;

COMMENT ON FUNCTION c360.tail_topic(text, text, pg_snapshot, integer) IS
    'Last messages of a topic, or those committed since the snapshot of the previous answer, masked values hidden.';
