-- Answers whether a day of the message log must stay: within somebody's retention, not fanned out, still to be sent, or
-- in a feed (_trim_feeds() says how long).

CREATE OR REPLACE FUNCTION c360._message_day_is_needed(p_day date, p_at timestamptz)
    RETURNS boolean
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_from  timestamptz := p_day::timestamp AT TIME ZONE 'UTC';
    v_until timestamptz := (p_day + 1)::timestamp AT TIME ZONE 'UTC';
BEGIN
    RETURN EXISTS (
        SELECT
        FROM c360.messages AS message
        JOIN c360.topics AS topic ON topic.topic = message.topic
        CROSS JOIN c360.ticks AS tick
        WHERE message.created_at >= v_from
          AND message.created_at < v_until
          AND (v_until + topic.retention > p_at OR NOT pg_visible_in_snapshot(message.xid, tick.done_snapshot))
    ) OR EXISTS (
        SELECT
        FROM c360.backfills AS backfill
        JOIN c360.subscriptions AS subscription ON subscription.subscription_id = backfill.subscription_id
        JOIN c360.messages AS message ON message.tenant = subscription.tenant AND message.topic = ANY (subscription.topics)
        WHERE subscription.state <> 'disabled'
          AND message.created_at >= greatest(v_from, backfill.from_at)
          AND message.created_at < v_until
          AND NOT pg_visible_in_snapshot(message.xid, backfill.done_snapshot)
    ) OR EXISTS (
        SELECT
        FROM c360.deliveries AS delivery
        WHERE delivery.message_at >= v_from
          AND delivery.message_at < v_until
    ) OR EXISTS (
        SELECT
        FROM c360.parked_deliveries AS delivery
        WHERE delivery.message_at >= v_from
          AND delivery.message_at < v_until
    ) OR EXISTS (
        SELECT
        FROM c360.feed_messages AS entry
        WHERE entry.message_at >= v_from
          AND entry.message_at < v_until
    );
END;
$$;

COMMENT ON FUNCTION c360._message_day_is_needed(date, timestamptz) IS
    'True while a day of the message log may not be dropped.';
