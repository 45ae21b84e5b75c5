-- Takes deliveries of these messages away from the relay, what waits for a retry and dead letters included, and empties what
-- endpoints answered to them. Relays that have such a delivery in hand lose its lane: they come to know when they settle, and
-- their answer counts no more. What waited behind a removed delivery may go. Answers {table: rows}.
-- The lanes are locked first, as by everybody who settles; parked deliveries go before those in the lanes, because a release
-- moves them there; dead letters go last, because a burial that was under way has made its own by then. Raises nothing.

CREATE OR REPLACE FUNCTION c360._drop_deliveries(p_tenant text, p_seqs bigint[])
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_counts  jsonb := '{}';
    v_count   bigint;
BEGIN
    PERFORM
    FROM c360.lanes AS lane
    JOIN c360.subscriptions AS subscription ON subscription.subscription_id = lane.subscription_id
    WHERE subscription.tenant = p_tenant
    ORDER BY
        lane.subscription_id,
        lane.lane
    FOR UPDATE OF lane;

    WITH gone AS (
        DELETE FROM c360.parked_deliveries AS parked
        USING c360.subscriptions AS subscription
        WHERE subscription.subscription_id = parked.subscription_id
          AND subscription.tenant = p_tenant
          AND parked.message_seq = ANY (p_seqs)
        RETURNING
            parked.subscription_id,
            parked.lane,
            parked.key_hash
    ),
    freed AS (
        UPDATE c360.parked_deliveries AS behind
        SET is_behind = false,
            due_at = clock_timestamp()
        FROM (SELECT DISTINCT * FROM gone) AS head
        WHERE behind.subscription_id = head.subscription_id
          AND behind.lane = head.lane
          AND behind.key_hash = head.key_hash
          AND behind.is_behind
          AND behind.message_seq <> ALL (p_seqs)
    )
    SELECT count(*)
    INTO v_count
    FROM gone;
    v_counts := v_counts || jsonb_build_object('parked_deliveries', v_count);

    WITH gone AS (
        DELETE FROM c360.deliveries AS delivery
        USING c360.subscriptions AS subscription
        WHERE subscription.subscription_id = delivery.subscription_id
          AND subscription.tenant = p_tenant
          AND delivery.message_seq = ANY (p_seqs)
        RETURNING
            delivery.subscription_id,
            delivery.lane
    ),
    taken AS (
        UPDATE c360.lanes AS lane
        SET token = lane.token + 1,
            lease_until = '-infinity'
        FROM (SELECT DISTINCT * FROM gone) AS own
        WHERE lane.subscription_id = own.subscription_id
          AND lane.lane = own.lane
          AND lane.lease_until > clock_timestamp()
    )
    SELECT count(*)
    INTO v_count
    FROM gone;
    v_counts := v_counts || jsonb_build_object('deliveries', v_count);

    UPDATE c360.delivery_attempts AS attempt
    SET answer = ''
    FROM c360.subscriptions AS subscription
    WHERE subscription.subscription_id = attempt.subscription_id
      AND subscription.tenant = p_tenant
      AND attempt.message_seq = ANY (p_seqs)
      AND attempt.answer <> '';
    GET DIAGNOSTICS v_count = ROW_COUNT;

    RETURN v_counts || jsonb_build_object('delivery_attempts', v_count);
END;
$$;

COMMENT ON FUNCTION c360._drop_deliveries(text, bigint[]) IS
    'Takes deliveries of messages back from the relay and empties the answers to them.';
