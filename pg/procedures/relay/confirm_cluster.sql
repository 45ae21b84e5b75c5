-- Tells the relay that this database is the one to send from now on, after a restore, a promotion or a move. An operator's decision:
-- two servers sending the same messages is worse than none. Messages that were never fanned out will be; the others are
-- marked as old, so that their foreign transaction ids can never come up again here.
-- Rewrites xid of the whole log once; the relay may not run meanwhile (it waits). Safe to repeat.

CREATE OR REPLACE FUNCTION c360.confirm_cluster()
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tick     record;
    v_snapshot pg_snapshot := c360._snapshot_without_self();
    v_waiting  bigint;
BEGIN
    SELECT tick.done_snapshot, tick.target_snapshot, tick.seq_done, tick.last_seq
    INTO STRICT v_tick
    FROM c360.ticks AS tick
    WHERE tick.tick = 'fan-out'
    FOR UPDATE;

    -- Feeds of consumers hold numbers, which mean here what they meant there, but how far their history has come and where a consumer
    -- begins is said in ids of the old server: that is settled before those go.
    PERFORM
    FROM c360.topic_feeds AS feed
    JOIN c360.tenants AS tenant ON tenant.tenant = feed.tenant
    FOR NO KEY UPDATE OF feed
    FOR KEY SHARE OF tenant;
    WHILE c360._fill_feeds(100000) > 0 LOOP
    END LOOP;
    PERFORM c360._settle_consumers();
    -- Backfills begin again below, no earlier than what each has still to read or to send.
    UPDATE c360.backfills AS backfill
    SET from_at = greatest(backfill.from_at, least(
        now(),
        (
            SELECT min(message.created_at)
            FROM c360.messages AS message
            JOIN c360.subscriptions AS subscription ON subscription.tenant = message.tenant
            WHERE subscription.subscription_id = backfill.subscription_id
              AND NOT pg_visible_in_snapshot(message.xid, backfill.done_snapshot)
        ),
        (
            SELECT min(delivery.message_at)
            FROM c360.deliveries AS delivery
            WHERE delivery.subscription_id = backfill.subscription_id
        )
    ));

    -- Done are those the last snapshot of the old server saw. What was written here since has ids that look old,
    -- but a sequence number above the last one.
    UPDATE c360.messages AS message
    SET xid = '3'
    WHERE message.seq <= v_tick.last_seq
      AND message.xid <> '3'
      AND (
          pg_visible_in_snapshot(message.xid, v_tick.done_snapshot)
          OR (
              v_tick.target_snapshot IS NOT NULL
              AND pg_visible_in_snapshot(message.xid, v_tick.target_snapshot)
              AND message.seq <= v_tick.seq_done
          )
      );

    UPDATE c360.messages AS message
    SET xid = pg_current_xact_id()
    WHERE message.xid <> '3';
    GET DIAGNOSTICS v_waiting = ROW_COUNT;

    UPDATE c360.subscriptions AS subscription
    SET start_snapshot = v_snapshot;

    UPDATE c360.dead_letters AS letter
    SET message_xid = '3';

    -- Backfills begin again: how far they came is said in ids of the old server.
    DELETE FROM c360.deliveries AS delivery
    USING c360.backfills AS backfill
    WHERE delivery.subscription_id = backfill.subscription_id;

    UPDATE c360.backfills AS backfill
    SET done_snapshot = DEFAULT,
        target_snapshot = NULL,
        seq_done = 0,
        seq_target = 0;

    -- The ids just written belong to this transaction, which this snapshot does not see: they come next.
    UPDATE c360.ticks AS tick
    SET done_snapshot = v_snapshot,
        target_snapshot = NULL,
        seq_done = 0,
        seq_target = 0,
        system_id = c360._system_id(),
        timeline = c360._timeline(),
        database_id = (
            SELECT own.oid
            FROM pg_database AS own
            WHERE own.datname = current_database()
        )
    WHERE tick.tick = 'fan-out';

    RETURN v_waiting;
END;
$$;

COMMENT ON FUNCTION c360.confirm_cluster() IS
    'After a restore, promotion or move: lets the relay send from this server; returns how many messages were still to be fanned out.';
