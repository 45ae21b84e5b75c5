-- Inserts the deliveries of one slice of messages, in the order of their sequence numbers, and notes those of topics that
-- somebody reads in SQL.
-- The tenant of the message and of the subscription must be the same: the line that keeps tenants apart.

CREATE OR REPLACE FUNCTION c360._insert_deliveries(
    p_done       pg_snapshot,
    p_target     pg_snapshot,
    p_first_seq  bigint,
    p_last_seq   bigint,
    p_limit      integer,
    OUT message_count  integer,
    OUT delivery_count integer,
    OUT last_seq       bigint,
    OUT hints          jsonb
)
    LANGUAGE sql
AS $$
    WITH slice AS MATERIALIZED (
        SELECT
            message.seq,
            message.created_at,
            message.xid,
            message.tenant,
            message.topic,
            message.type,
            hashtextextended(message.key, 0) AS key_hash
        FROM c360.messages AS message
        WHERE message.seq BETWEEN p_first_seq AND p_last_seq
          AND pg_visible_in_snapshot(message.xid, p_target)
          AND NOT pg_visible_in_snapshot(message.xid, p_done)
        ORDER BY message.seq
        LIMIT p_limit
    ),
    -- Of thousands of messages there are few kinds, and whether one is wanted takes longer than all the rest.
    wanted AS MATERIALIZED (
        SELECT
            kind.tenant,
            kind.topic,
            kind.type,
            subscription.subscription_id,
            subscription.lane_count,
            subscription.start_snapshot
        FROM (
            SELECT DISTINCT slice.tenant, slice.topic, slice.type
            FROM slice
        ) AS kind
        JOIN c360.subscriptions AS subscription
            ON subscription.tenant = kind.tenant
            AND kind.topic = ANY (subscription.topics)
            AND c360._wants_type(subscription.types, kind.type)
            AND subscription.state <> 'disabled'
            -- Gets these from its backfill.
            AND NOT EXISTS (
                SELECT
                FROM c360.backfills AS backfill
                WHERE backfill.subscription_id = subscription.subscription_id
            )
    ),
    inserted AS (
        INSERT INTO c360.deliveries (subscription_id, lane, message_seq, message_at, key_hash)
        SELECT
            wanted.subscription_id,
            (slice.key_hash & 2147483647) % wanted.lane_count,
            slice.seq,
            slice.created_at,
            (slice.key_hash >> 32)::integer
        FROM slice
        JOIN wanted
            ON wanted.tenant = slice.tenant
            AND wanted.topic = slice.topic
            AND wanted.type = slice.type
            AND NOT pg_visible_in_snapshot(slice.xid, wanted.start_snapshot)
        ORDER BY slice.seq
        RETURNING 1
    ),
    fed AS (
        INSERT INTO c360.feed_messages (feed_id, position, message_seq, message_at)
        SELECT
            read.feed_id,
            nextval('c360.topic_positions'),
            read.seq,
            read.created_at
        FROM (
            SELECT
                feed.feed_id,
                slice.seq,
                slice.created_at
            FROM slice
            JOIN c360.topic_feeds AS feed
                ON feed.tenant = slice.tenant
                AND feed.topic = slice.topic
                AND feed.taken_snapshot IS NOT NULL
                AND feed.dropped_at IS NULL
            ORDER BY slice.seq
        ) AS read
    ),
    hint AS (
        SELECT slice.topic, slice.tenant, count(*) AS message_count, max(slice.seq) AS last_seq
        FROM slice
        GROUP BY slice.topic, slice.tenant
    )
    SELECT
        (SELECT count(*)::integer FROM slice),
        (SELECT count(*)::integer FROM inserted),
        (SELECT max(slice.seq) FROM slice),
        (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'topic', hint.topic,
                'tenant', hint.tenant,
                'count', hint.message_count,
                'last_seq', hint.last_seq
            )), '[]')
            FROM hint
        );
$$;

COMMENT ON FUNCTION c360._insert_deliveries(pg_snapshot, pg_snapshot, bigint, bigint, integer) IS
    'Deliveries for the messages the target snapshot sees and the done snapshot does not, one slice of them.';
