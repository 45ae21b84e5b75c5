-- Shows each subscription of all tenants as the relay sees it: what waits, how old it is, how the endpoint behaves.
-- For operators and metrics; p_tenant narrows it to one tenant.

CREATE OR REPLACE FUNCTION c360.relay_status(p_tenant text DEFAULT NULL)
    RETURNS TABLE (
        tenant            text,
        subscription_id   uuid,
        name              text,
        url               text,
        state             text,
        circuit           text,
        circuit_until     timestamptz,
        backlog           bigint,
        parked            bigint,
        dead_letters      bigint,
        oldest_seconds    double precision,
        delivered_count   bigint,
        failed_count      bigint,
        last_delivered_at timestamptz,
        last_failed_at    timestamptz,
        last_error        text,
        disabled_reason   text
    )
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        subscription.tenant,
        subscription.subscription_id,
        subscription.name,
        subscription.url,
        subscription.state,
        state.circuit,
        nullif(state.circuit_until, '-infinity'),
        waiting.message_count,
        parked.message_count,
        dead.message_count,
        extract(epoch FROM clock_timestamp() - least(waiting.oldest_at, parked.oldest_at))::double precision,
        state.delivered_count + served.delivered_count,
        state.failed_count,
        greatest(state.last_delivered_at, served.last_delivered_at),
        state.last_failed_at,
        state.last_error,
        subscription.disabled_reason
    FROM c360.subscriptions AS subscription
    JOIN c360.subscription_states AS state ON state.subscription_id = subscription.subscription_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(lane.delivered_count), 0)::bigint AS delivered_count, max(lane.last_delivered_at) AS last_delivered_at
        FROM c360.lanes AS lane
        WHERE lane.subscription_id = subscription.subscription_id
    ) AS served
    CROSS JOIN LATERAL (
        SELECT count(*) AS message_count, min(delivery.message_at) AS oldest_at
        FROM c360.deliveries AS delivery
        WHERE delivery.subscription_id = subscription.subscription_id
    ) AS waiting
    CROSS JOIN LATERAL (
        SELECT count(*) AS message_count, min(delivery.message_at) AS oldest_at
        FROM c360.parked_deliveries AS delivery
        WHERE delivery.subscription_id = subscription.subscription_id
    ) AS parked
    CROSS JOIN LATERAL (
        SELECT count(*) AS message_count
        FROM c360.dead_letters AS letter
        WHERE letter.subscription_id = subscription.subscription_id
          AND letter.replayed_at IS NULL
    ) AS dead
    WHERE p_tenant IS NULL OR subscription.tenant = p_tenant
    ORDER BY subscription.tenant, subscription.name;
$$;

COMMENT ON FUNCTION c360.relay_status(text) IS
    'Backlog, oldest age, circuit and counters of each subscription.';
