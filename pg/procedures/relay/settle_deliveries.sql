-- Takes the answers to deliveries of the lanes a worker holds and renews their leases. Everything an answer means is decided here:
-- deleted, parked for a retry, dead letter, subscription disabled, circuit opened or closed, endpoint left to rest.
-- p_done and p_done_lanes are what succeeded, p_durations how many milliseconds each took, for the statistics alone. p_failed: [{"lane", "delivery_id", "status", "error", "ms", "retry_after", "answer",
-- "is_last"}], in order; is_last when nothing succeeded after it.
-- Safe to repeat: answers to deliveries that are gone change nothing. held are the lanes that are still the worker's: for others,
-- whose lease has passed to another relay or whose subscription is being removed, nothing happens. go_on is false when nothing more may be
-- sent now; most_requests as in claim_lanes().

CREATE OR REPLACE FUNCTION c360.settle_deliveries(
    p_subscription_id  uuid,
    p_lanes            smallint[],
    p_tokens           bigint[],
    p_done_lanes       smallint[] DEFAULT '{}',
    p_done             bigint[] DEFAULT '{}',
    p_failed           jsonb DEFAULT '[]',
    p_lease            interval DEFAULT interval '30 seconds',
    p_durations        integer[] DEFAULT '{}',
    OUT held           smallint[],
    OUT go_on          boolean,
    OUT most_requests  integer,
    OUT secret_version integer
)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $$
DECLARE
    v_failed jsonb := '[]';
    v_state  record;
BEGIN
    -- Waits for nobody: a transaction that removes the subscription may stay open for long.
    SELECT array_agg(locked.lane)
    INTO held
    FROM (
        SELECT lane.lane
        FROM unnest(p_lanes, p_tokens) AS wanted (lane, token)
        JOIN c360.lanes AS lane
            ON lane.subscription_id = p_subscription_id
            AND lane.lane = wanted.lane
            AND lane.token = wanted.token
        ORDER BY lane.lane
        FOR NO KEY UPDATE OF lane SKIP LOCKED
    ) AS locked;

    go_on := false;
    IF held IS NULL THEN
        held := '{}';
        RETURN;
    END IF;

    PERFORM c360._settle_done(p_subscription_id, held, p_done_lanes, p_done, p_lease);
    IF p_durations <> '{}' THEN
        PERFORM c360._count_delivered(p_subscription_id, held[1], p_durations);
    END IF;

    IF p_failed <> '[]' THEN
        SELECT coalesce(jsonb_agg(result.value ORDER BY result.position), '[]')
        INTO v_failed
        FROM jsonb_array_elements(p_failed) WITH ORDINALITY AS result (value, position)
        WHERE (result.value ->> 'lane')::smallint = ANY (held);
    END IF;

    SELECT state.circuit <> 'closed' OR state.failures_in_row > 0 OR state.failing_since IS NOT NULL AS is_troubled
    INTO STRICT v_state
    FROM c360.subscription_states AS state
    WHERE state.subscription_id = p_subscription_id;

    -- An endpoint that answers as it should is not written to: its lanes would wait for each other.
    IF v_failed <> '[]' OR (v_state.is_troubled AND cardinality(p_done) > 0) THEN
        PERFORM c360._settle_failed(p_subscription_id, v_failed, cardinality(p_done));
    END IF;

    SELECT
        subscription.state = 'active' AND state.not_before <= clock_timestamp()
            AND (state.circuit = 'closed' OR state.circuit_until <= clock_timestamp()),
        c360._most_requests(state.circuit, state.closed_at),
        c360._secret_version(subscription.subscription_id)
    INTO STRICT go_on, most_requests, secret_version
    FROM c360.subscriptions AS subscription
    JOIN c360.subscription_states AS state ON state.subscription_id = subscription.subscription_id
    WHERE subscription.subscription_id = p_subscription_id;
END;
$$;

COMMENT ON FUNCTION c360.settle_deliveries(uuid, smallint[], bigint[], smallint[], bigint[], jsonb, interval, integer[]) IS
    'Settles answers to deliveries of leased lanes and renews the leases; decides retries, dead letters and the circuit.';
