-- Wakes whoever sleeps when messages are written, and rings topic channels where somebody accepted the cost.
-- Silent while the daemons are awake: NOTIFY serialises the commits of the whole server. A full notification queue
-- would fail the producer at COMMIT, where nothing can catch it, so half full is the end of ringing.

CREATE OR REPLACE FUNCTION c360.tg_messages_insert()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ring record;
BEGIN
    FOR v_ring IN
        SELECT
            bell.channel,
            bell.bell AS payload
        FROM c360.bells AS bell
        WHERE bell.is_awaited
          AND (bell.bell <> 'resolver'
               OR EXISTS (SELECT FROM new_messages AS message WHERE message.topic = 'c360-id-resolution'))
        UNION ALL
        SELECT
            topic.topic,
            json_build_object('tenant', message.tenant, 'count', count(*), 'last_seq', max(message.seq))::text
        FROM c360.topics AS topic
        JOIN new_messages AS message ON message.topic = topic.topic
        WHERE topic.rings_at_commit
        GROUP BY topic.topic, message.tenant
    LOOP
        EXIT WHEN pg_notification_queue_usage() >= 0.5;
        PERFORM pg_notify(v_ring.channel, v_ring.payload);
    END LOOP;

    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360.tg_messages_insert() IS
    'Rings the bells of sleeping daemons and the channels of topics that ring at commit.';

CREATE OR REPLACE TRIGGER messages_insert
    AFTER INSERT ON c360.messages
    REFERENCING NEW TABLE AS new_messages
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_messages_insert();
