-- Shows one message of the log by its id, as readers may see it, and what became of it at each webhook of the tenant: waiting, retry (with
-- its time), dead (with the reason), or sent. sent says that nothing of it waits: it was delivered, or the webhook does not want it.
-- As it is sent, it is in c360.as_sent(), by its seq. Safe to repeat; reads only.
-- Raises: U4404 of the tenant; U5423 message_not_found

CREATE OR REPLACE FUNCTION c360.show_message(
    p_tenant     text,
    p_message_id uuid
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_message record;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    SELECT *
    INTO v_message
    FROM c360._find_message(p_tenant, p_message_id) AS message;

    IF v_message.seq IS NULL OR c360._is_hidden_message(p_tenant, v_message.type, v_message.body, v_message.created_at) THEN
        RAISE EXCEPTION 'the log of tenant "%" has no message %', p_tenant, p_message_id
            USING ERRCODE = 'U5423',
                  HINT = format('c360 topic tail %s shows the latest; how long they are kept says c360 topic list.', p_tenant);
    END IF;

    RETURN jsonb_build_object(
        'message_id', p_message_id,
        'seq', v_message.seq,
        'created_at', v_message.created_at,
        'topic', v_message.topic,
        'type', v_message.type,
        'key', v_message.key,
        'body', c360._shown_message(p_tenant, v_message.body, c360._shown_fields(p_tenant)),
        'webhooks', (
            SELECT coalesce(jsonb_agg(
                c360._message_fate(subscription.subscription_id, v_message.seq)
                || jsonb_build_object('name', subscription.name)
                ORDER BY subscription.name
            ), '[]')
            FROM c360.subscriptions AS subscription
            WHERE subscription.tenant = p_tenant
              AND v_message.topic = ANY (subscription.topics)
              AND c360._wants_type(subscription.types, v_message.type)
              AND NOT pg_visible_in_snapshot(v_message.xid, subscription.start_snapshot)
        )
    );
END;
$$;

COMMENT ON FUNCTION c360.show_message(text, uuid) IS
    'One message of the log, masked values hidden, and what became of it at each webhook.';
