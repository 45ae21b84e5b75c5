-- Leases lanes that have something to send, least recently served first, which is what makes sharing fair.
-- A relay that dies loses its lease after p_lease; one that was only away is refused by its outdated token.
-- An open circuit admits one lane at a time with one request; a circuit closed lately admits more each second.

CREATE OR REPLACE FUNCTION c360.claim_lanes(
    p_relay text,
    p_limit integer,
    p_lease interval DEFAULT interval '30 seconds'
)
    RETURNS TABLE (
        subscription_id uuid,
        lane            smallint,
        token           bigint,
        tenant          text,
        url             text,
        is_ordered      boolean,
        timeout_seconds double precision,
        concurrency     integer,
        secret_version  integer
    )
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH free AS MATERIALIZED (
        SELECT
            lane.subscription_id,
            lane.lane,
            CASE
                WHEN state.circuit <> 'closed' THEN 1
                WHEN state.closed_at IS NULL THEN subscription.max_in_flight / subscription.lane_count
                ELSE least(
                    subscription.max_in_flight / subscription.lane_count,
                    power(2, least(20, extract(epoch FROM clock_timestamp() - state.closed_at)))
                )::integer
            END AS concurrency
        FROM c360.lanes AS lane
        JOIN c360.subscriptions AS subscription ON subscription.subscription_id = lane.subscription_id
        JOIN c360.subscription_states AS state ON state.subscription_id = lane.subscription_id
        WHERE lane.lease_until <= clock_timestamp()
          AND subscription.state = 'active'
          AND state.not_before <= clock_timestamp()
          AND EXISTS (
              SELECT
              FROM c360.deliveries AS delivery
              WHERE delivery.subscription_id = lane.subscription_id
                AND delivery.lane = lane.lane
          )
          AND CASE
              WHEN state.circuit = 'closed' THEN
                  state.closed_at IS NULL
                  OR lane.lane < power(2, least(20, extract(epoch FROM clock_timestamp() - state.closed_at)))
              ELSE
                  -- Every relay picks the same lane for the probe, and only one of them can lease it.
                  state.circuit_until <= clock_timestamp()
                  AND lane.lane = (
                      SELECT delivery.lane
                      FROM c360.deliveries AS delivery
                      WHERE delivery.subscription_id = lane.subscription_id
                      ORDER BY delivery.lane
                      LIMIT 1
                  )
                  AND NOT EXISTS (
                      SELECT
                      FROM c360.lanes AS other
                      WHERE other.subscription_id = lane.subscription_id
                        AND other.lease_until > clock_timestamp()
                  )
          END
        ORDER BY lane.lease_until
        FOR UPDATE OF lane SKIP LOCKED
        LIMIT p_limit
    )
    UPDATE c360.lanes AS lane
    SET lease_until = clock_timestamp() + p_lease,
        token = lane.token + 1,
        owner = p_relay
    FROM free
    JOIN c360.subscriptions AS subscription ON subscription.subscription_id = free.subscription_id
    WHERE lane.subscription_id = free.subscription_id
      AND lane.lane = free.lane
    RETURNING
        lane.subscription_id,
        lane.lane,
        lane.token,
        subscription.tenant,
        subscription.url,
        subscription.is_ordered,
        subscription.timeout_seconds,
        greatest(1, free.concurrency),
        (
            SELECT max(secret.version)
            FROM c360.subscription_secrets AS secret
            WHERE secret.subscription_id = lane.subscription_id
        );
$$;

COMMENT ON FUNCTION c360.claim_lanes(text, integer, interval) IS
    'Leases up to p_limit lanes with waiting deliveries to a relay and tells it how to serve them.';
