-- Takes the answers to deliveries of one lane and renews its lease. Everything an answer means is decided here:
-- deleted, parked for a retry, dead letter, subscription disabled, circuit opened or closed.
-- p_results: [{"delivery_id", "status", "error", "ms", "retry_after", "answer"}], error null for success, in order.
-- Safe to repeat: answers to deliveries that are gone change nothing. is_held is false, and nothing happens, when the
-- lease has passed to another relay or the subscription is being removed; go_on is false when nothing more may be sent now.

CREATE OR REPLACE FUNCTION c360.settle_deliveries(
    p_subscription_id uuid,
    p_lane            integer,
    p_token           bigint,
    p_results         jsonb DEFAULT '[]',
    p_lease           interval DEFAULT interval '30 seconds',
    OUT is_held       boolean,
    OUT go_on         boolean,
    OUT concurrency   integer
)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_subscription record;
    v_state        record;
    v_is_gone      boolean;
BEGIN
    -- Waits for nobody: a transaction that removes the subscription may stay open for long.
    PERFORM
    FROM c360.lanes AS lane
    WHERE lane.subscription_id = p_subscription_id
      AND lane.lane = p_lane
      AND lane.token = p_token
    FOR NO KEY UPDATE SKIP LOCKED;

    UPDATE c360.lanes AS lane
    SET lease_until = clock_timestamp() + p_lease
    WHERE FOUND
      AND lane.subscription_id = p_subscription_id
      AND lane.lane = p_lane;

    is_held := FOUND;
    go_on := false;
    concurrency := 0;
    IF NOT is_held THEN
        RETURN;
    END IF;

    IF p_results <> '[]' THEN
        SELECT state.circuit
        INTO STRICT v_state
        FROM c360.subscription_states AS state
        WHERE state.subscription_id = p_subscription_id
        FOR UPDATE;

        PERFORM c360._hold_partitions();
        v_is_gone := c360._settle_results(p_subscription_id, p_lane, p_results, v_state.circuit);
        PERFORM c360._move_circuit(p_subscription_id, p_results);
        IF v_is_gone THEN
            PERFORM c360._disable_subscription(p_subscription_id, 'The endpoint answered 410 Gone.');
        END IF;
    END IF;

    SELECT subscription.state, subscription.max_in_flight / subscription.lane_count AS lane_share
    INTO STRICT v_subscription
    FROM c360.subscriptions AS subscription
    WHERE subscription.subscription_id = p_subscription_id;

    SELECT
        state.circuit,
        state.circuit_until <= clock_timestamp() AND state.not_before <= clock_timestamp() AS may_send,
        CASE WHEN state.closed_at IS NULL THEN 20
             ELSE least(20, extract(epoch FROM clock_timestamp() - state.closed_at)) END AS seconds_closed
    INTO STRICT v_state
    FROM c360.subscription_states AS state
    WHERE state.subscription_id = p_subscription_id;

    go_on := v_subscription.state = 'active' AND v_state.may_send;
    concurrency := CASE
        WHEN v_state.circuit <> 'closed' THEN 1
        ELSE greatest(1, least(v_subscription.lane_share, power(2, v_state.seconds_closed)))
    END;
END;
$$;

COMMENT ON FUNCTION c360.settle_deliveries(uuid, integer, bigint, jsonb, interval) IS
    'Settles answered deliveries of a leased lane, renews the lease, and says whether and how widely to go on.';
