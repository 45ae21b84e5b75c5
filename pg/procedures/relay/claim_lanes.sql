-- Leases lanes that have something to send, least recently served first, which is what makes sharing fair. A lane has something
-- to send when a delivery is in it or a retry is due.
-- A relay that dies loses its lease after p_lease; one that was only away is refused by its outdated token. Of the lanes of
-- one subscription each relay leaves the others their share: what is beyond its own it takes when nobody did for a second.
-- An open circuit admits one lane at a time with one request; a circuit closed lately admits more each second: most_requests says how
-- many over all lanes, NULL for max_in_flight.

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
        lane_count      smallint,
        max_in_flight   integer,
        timeout_seconds double precision,
        rate_per_second double precision,
        batch_max       smallint,
        most_requests   integer,
        secret_version  integer
    )
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH candidates AS MATERIALIZED (
        SELECT
            lane.subscription_id,
            lane.lane,
            lane.lease_until,
            state.circuit,
            c360._most_requests(state.circuit, state.closed_at) AS most_requests,
            min(lane.lane) OVER (PARTITION BY lane.subscription_id) AS lowest_lane,
            row_number() OVER (PARTITION BY lane.subscription_id ORDER BY lane.lease_until, lane.lane)
                <= ceil(subscription.lane_count::numeric / live.relay_count) - held.lane_count AS is_share
        FROM c360.lanes AS lane
        JOIN c360.subscriptions AS subscription ON subscription.subscription_id = lane.subscription_id
        JOIN c360.subscription_states AS state ON state.subscription_id = lane.subscription_id
        CROSS JOIN (
            SELECT greatest(1, count(*)) AS relay_count
            FROM c360.relays AS running
            WHERE running.renewed_at > clock_timestamp() - interval '15 seconds'
        ) AS live
        CROSS JOIN LATERAL (
            SELECT
                count(*) FILTER (WHERE other.owner = p_relay) AS lane_count,
                count(*) > 0 AS is_served
            FROM c360.lanes AS other
            WHERE other.subscription_id = lane.subscription_id
              AND other.lease_until > clock_timestamp()
        ) AS held
        WHERE lane.lease_until <= clock_timestamp()
          AND subscription.state = 'active'
          AND state.not_before <= clock_timestamp()
          AND (state.circuit = 'closed' OR (state.circuit_until <= clock_timestamp() AND NOT held.is_served))
          -- The first one, by the index: for EXISTS alone the planner reads a long queue of somebody else through, to find any.
          AND (
              (
                  SELECT delivery.delivery_id
                  FROM c360.deliveries AS delivery
                  WHERE delivery.subscription_id = lane.subscription_id
                    AND delivery.lane = lane.lane
                  ORDER BY delivery.delivery_id
                  LIMIT 1
              ) IS NOT NULL
              OR (
                  SELECT parked.due_at
                  FROM c360.parked_deliveries AS parked
                  WHERE parked.subscription_id = lane.subscription_id
                    AND parked.lane = lane.lane
                    AND NOT parked.is_behind
                  ORDER BY parked.due_at
                  LIMIT 1
              ) <= clock_timestamp()
          )
    ),
    free AS MATERIALIZED (
        SELECT lane.subscription_id, lane.lane, candidate.most_requests
        FROM candidates AS candidate
        JOIN c360.lanes AS lane
            ON lane.subscription_id = candidate.subscription_id
            AND lane.lane = candidate.lane
        WHERE lane.lease_until <= clock_timestamp()
          -- Every relay picks the same lane for the probe, and only one of them can lease it.
          AND (candidate.circuit = 'closed' OR candidate.lane = candidate.lowest_lane)
          AND (candidate.is_share OR candidate.lease_until < clock_timestamp() - interval '1 second')
        ORDER BY candidate.lease_until
        FOR NO KEY UPDATE OF lane SKIP LOCKED
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
        subscription.lane_count,
        subscription.max_in_flight,
        subscription.timeout_seconds,
        subscription.rate_per_second,
        subscription.batch_max,
        free.most_requests,
        c360._secret_version(lane.subscription_id);
$$;

COMMENT ON FUNCTION c360.claim_lanes(text, integer, interval) IS
    'Leases lanes with something to send for a relay, the longest waiting first.';
