-- Rings the channels of the topics for people who LISTEN, in a transaction of its own, outside the producers'.
-- The payload is a hint {tenant, count, last_seq}; the log is the truth. Silent while the notification queue is half full.

CREATE OR REPLACE FUNCTION c360.ring_topics(p_hints jsonb)
    RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_hint record;
    v_rung integer := 0;
BEGIN
    IF pg_notification_queue_usage() >= 0.5 THEN
        RETURN 0;
    END IF;

    -- A topic that rings at commit has rung already.
    FOR v_hint IN
        SELECT
            topic.topic,
            json_build_object('tenant', hint.tenant, 'count', hint.count, 'last_seq', hint.last_seq)::text AS payload
        FROM jsonb_to_recordset(p_hints) AS hint (topic text, tenant text, count bigint, last_seq bigint)
        JOIN c360.topics AS topic ON topic.topic = hint.topic
        WHERE NOT topic.rings_at_commit
    LOOP
        PERFORM pg_notify(v_hint.topic, v_hint.payload);
        v_rung := v_rung + 1;
    END LOOP;

    RETURN v_rung;
END;
$$;

COMMENT ON FUNCTION c360.ring_topics(jsonb) IS
    'NOTIFY on topic channels, such as LISTEN "c360-updated-profiles", with the hints {tenant, count, last_seq} of fan_out(); returns how many were rung.';
