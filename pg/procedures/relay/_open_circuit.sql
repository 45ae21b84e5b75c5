-- Opens the circuit of an endpoint, or keeps it open for twice the time, up to five minutes or the longest pause of its
-- retry schedule.

CREATE OR REPLACE FUNCTION c360._open_circuit(
    p_subscription_id uuid,
    p_open_count      integer,
    p_at              timestamptz
)
    RETURNS void
    LANGUAGE sql
AS $$
    UPDATE c360.subscription_states AS state
    SET circuit = 'open',
        open_count = p_open_count + 1,
        probe_successes = 0,
        circuit_until = p_at + make_interval(
            secs => least(300, schedule.longest, power(2, least(p_open_count, 16)) * schedule.shortest)
        )
    FROM c360.subscriptions AS subscription
    CROSS JOIN LATERAL (
        SELECT coalesce(min(pause), 5) AS shortest, coalesce(max(pause), 5) AS longest
        FROM unnest(subscription.retry_schedule) AS pause
        WHERE pause > 0
    ) AS schedule
    WHERE state.subscription_id = p_subscription_id
      AND subscription.subscription_id = p_subscription_id;
$$;

COMMENT ON FUNCTION c360._open_circuit(uuid, integer, timestamptz) IS
    'Stops sending to a failing endpoint for a pause that doubles up to five minutes.';
