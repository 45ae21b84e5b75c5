-- Who may call which function of the domains topic and relay. Functions for people check the tenant themselves;
-- those of the daemons see all tenants and are granted to their roles only.

DO $$
DECLARE
    v_role text;
BEGIN
    CALL c360._grant('EXECUTE ON ROUTINE
        c360.await_bell(text, boolean),
        c360.bell_channel(text),
        c360.fan_out(integer),
        c360.ring_topics(jsonb),
        c360.claim_lanes(text, integer, interval),
        c360.read_lane(uuid, integer, bigint, bigint[], integer),
        c360.settle_deliveries(uuid, integer, bigint, jsonb, interval),
        c360.release_lane(uuid, integer, bigint),
        c360.release_due_deliveries(integer),
        c360.bury_deliveries(integer),
        c360.backfill_deliveries(integer),
        c360.subscription_secrets(uuid),
        c360.check_cluster(),
        c360.relay_status(text),
        c360.feed_status(),
        c360.maintain_deliveries(timestamptz, integer),
        c360.maintain_message_partitions(timestamptz, integer)', 'c360_relay');
    CALL c360._grant('EXECUTE ON ROUTINE
        c360.await_bell(text, boolean),
        c360.bell_channel(text),
        c360.maintain_message_partitions(timestamptz, integer)', 'c360_worker');

    FOREACH v_role IN ARRAY ARRAY['c360_reader', 'c360_writer', 'c360_admin'] LOOP
        CALL c360._grant('EXECUTE ON ROUTINE
            c360.list_topics(),
            c360.tail_topic(text, text, pg_snapshot, integer),
            c360.list_subscriptions(text),
            c360.show_subscription(text, text),
            c360.list_dead_letters(text, text, integer)', v_role);
    END LOOP;

    CALL c360._grant('EXECUTE ON ROUTINE
        c360.add_subscription(text, uuid, text, text, text, bytea, bytea, text[], text[], jsonb, timestamptz),
        c360.pause_subscription(text, text),
        c360.resume_subscription(text, text),
        c360.remove_subscription(text, text),
        c360.rotate_subscription_secret(text, text, integer, text, bytea, bytea, interval),
        c360.prepare_test_message(text, text),
        c360.replay_dead_letters(text, text, bigint[])', 'c360_admin');
END;
$$;
