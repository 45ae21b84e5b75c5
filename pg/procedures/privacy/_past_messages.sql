-- Messages of a tenant written from one time to another, and whether each may go: fanned out, no delivery of it waits, no
-- new subscription still wants it, and no feed of a consumer holds it (_trim_feeds() takes it out).
-- One statement, one snapshot: the fan-out commits its deliveries and its position together, and a delivery that is put
-- aside for a retry, or taken up again, is always in one of the two tables. Reads only.

CREATE OR REPLACE FUNCTION c360._past_messages(
    p_tenant text,
    p_from   timestamptz,
    p_until  timestamptz
)
    RETURNS TABLE (created_at timestamptz, seq bigint, is_done boolean)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH waiting AS MATERIALIZED (
        SELECT
            delivery.message_at,
            delivery.message_seq
        FROM c360.subscriptions AS subscription
        JOIN c360.deliveries AS delivery ON delivery.subscription_id = subscription.subscription_id
        WHERE subscription.tenant = p_tenant
          AND delivery.message_at < p_until
        UNION
        SELECT
            parked.message_at,
            parked.message_seq
        FROM c360.subscriptions AS subscription
        JOIN c360.parked_deliveries AS parked ON parked.subscription_id = subscription.subscription_id
        WHERE subscription.tenant = p_tenant
          AND parked.message_at < p_until
        UNION
        SELECT
            entry.message_at,
            entry.message_seq
        FROM c360.topic_feeds AS feed
        JOIN c360.feed_messages AS entry ON entry.feed_id = feed.feed_id
        WHERE feed.tenant = p_tenant
          AND feed.dropped_at IS NULL
          AND entry.message_at >= p_from
          AND entry.message_at < p_until
    )
    SELECT
        message.created_at,
        message.seq,
        waiting.message_seq IS NULL
        AND NOT EXISTS (
            SELECT
            FROM c360.ticks AS tick
            WHERE NOT pg_visible_in_snapshot(message.xid, tick.done_snapshot)
        )
        AND NOT EXISTS (
            SELECT
            FROM c360.backfills AS backfill
            JOIN c360.subscriptions AS subscription ON subscription.subscription_id = backfill.subscription_id
            WHERE subscription.tenant = p_tenant
              AND subscription.state <> 'disabled'
              AND backfill.from_at <= message.created_at
              AND NOT pg_visible_in_snapshot(message.xid, backfill.done_snapshot)
        )
    FROM c360.messages AS message
    LEFT JOIN waiting
        ON waiting.message_at = message.created_at
        AND waiting.message_seq = message.seq
    WHERE message.tenant = p_tenant
      AND message.created_at >= p_from
      AND message.created_at < p_until;
$$;

COMMENT ON FUNCTION c360._past_messages(text, timestamptz, timestamptz) IS
    'Messages of a tenant in a stretch of time, and whether each has been sent to everybody who wants it.';
