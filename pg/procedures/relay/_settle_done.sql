-- Removes deliveries that succeeded from lanes their holder has locked, frees what waits behind them, and renews the leases.
-- An idle lease is renewed when a third of it is over, so that busy ones do not write eight rows for every call.

CREATE OR REPLACE FUNCTION c360._settle_done(
    p_subscription_id uuid,
    p_held            smallint[],
    p_done_lanes      smallint[],
    p_done            bigint[],
    p_lease           interval
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $$
BEGIN
    IF EXISTS (
        SELECT
        FROM c360.parked_deliveries AS parked
        WHERE parked.subscription_id = p_subscription_id
          AND parked.lane = ANY (p_held)
          AND parked.is_behind
    ) THEN
        UPDATE c360.parked_deliveries AS parked
        SET is_behind = false,
            due_at = now()
        FROM (
            SELECT DISTINCT delivery.lane, delivery.key_hash
            FROM unnest(p_done_lanes, p_done) AS done (lane, delivery_id)
            JOIN c360.deliveries AS delivery
                ON delivery.subscription_id = p_subscription_id
                AND delivery.lane = done.lane
                AND delivery.delivery_id = done.delivery_id
            WHERE done.lane = ANY (p_held)
        ) AS free
        WHERE parked.subscription_id = p_subscription_id
          AND parked.lane = free.lane
          AND parked.key_hash = free.key_hash
          AND parked.is_behind;
    END IF;

    WITH removed AS (
        DELETE FROM c360.deliveries AS delivery
        USING unnest(p_done_lanes, p_done) AS done (lane, delivery_id)
        WHERE delivery.subscription_id = p_subscription_id
          AND delivery.lane = done.lane
          AND delivery.delivery_id = done.delivery_id
          AND done.lane = ANY (p_held)
        RETURNING delivery.lane
    ),
    counted AS (
        SELECT removed.lane, count(*) AS delivery_count
        FROM removed
        GROUP BY removed.lane
    )
    UPDATE c360.lanes AS lane
    SET lease_until = clock_timestamp() + p_lease,
        delivered_count = lane.delivered_count + coalesce(change.delivery_count, 0),
        last_delivered_at = CASE WHEN change.delivery_count > 0 THEN clock_timestamp() ELSE lane.last_delivered_at END
    FROM (
        SELECT held.lane, counted.delivery_count
        FROM unnest(p_held) AS held (lane)
        LEFT JOIN counted ON counted.lane = held.lane
    ) AS change
    WHERE lane.subscription_id = p_subscription_id
      AND lane.lane = change.lane
      AND (change.delivery_count > 0 OR lane.lease_until < clock_timestamp() + p_lease * 2 / 3);
END;
$$;

COMMENT ON FUNCTION c360._settle_done(uuid, smallint[], smallint[], bigint[], interval) IS
    'Removes succeeded deliveries, frees what waits behind them, renews leases.';
