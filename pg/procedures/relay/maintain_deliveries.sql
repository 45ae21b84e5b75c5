-- Housekeeping of the relay: forgets deliveries of removed subscriptions, at most p_limit, and relays that ended long ago, and frees
-- deliveries that wait behind nothing. What was counted by the minute goes after 30 days. Old attempts and dead letters are removed by c360.apply_retention(). Safe to repeat.
-- Rows that a transaction of somebody holds are left for the next time.

CREATE OR REPLACE FUNCTION c360.maintain_deliveries(
    p_at    timestamptz DEFAULT now(),
    p_limit integer DEFAULT 10000
)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM c360.relays AS running
    WHERE running.renewed_at < p_at - interval '30 days';

    -- A fan-out that was under way while its subscription was removed.
    DELETE FROM c360.deliveries AS delivery
    WHERE (delivery.subscription_id, delivery.lane, delivery.delivery_id) IN (
        SELECT
            stray.subscription_id,
            stray.lane,
            stray.delivery_id
        FROM c360.deliveries AS stray
        WHERE NOT EXISTS (
            SELECT
            FROM c360.subscriptions AS subscription
            WHERE subscription.subscription_id = stray.subscription_id
        )
        LIMIT p_limit
    );

    DELETE FROM c360.delivery_minutes AS counted
    WHERE (counted.subscription_id, counted.minute, counted.lane) IN (
        SELECT
            old.subscription_id,
            old.minute,
            old.lane
        FROM c360.delivery_minutes AS old
        WHERE old.minute < p_at - interval '30 days'
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    );

    -- Two relays that released the same key at once can leave its tail behind a head that is gone.
    UPDATE c360.parked_deliveries AS parked
    SET is_behind = false,
        due_at = p_at
    FROM (
        SELECT waiting.subscription_id, waiting.lane, waiting.delivery_id
        FROM c360.parked_deliveries AS waiting
        WHERE waiting.is_behind
          AND waiting.parked_at < p_at - interval '5 minutes'
          AND NOT EXISTS (
              SELECT
              FROM c360.parked_deliveries AS head
              WHERE head.subscription_id = waiting.subscription_id
                AND head.lane = waiting.lane
                AND head.key_hash = waiting.key_hash
                AND NOT head.is_behind
          )
        FOR UPDATE OF waiting SKIP LOCKED
    ) AS waiting
    WHERE parked.subscription_id = waiting.subscription_id
      AND parked.lane = waiting.lane
      AND parked.delivery_id = waiting.delivery_id;
END;
$$;

COMMENT ON FUNCTION c360.maintain_deliveries(timestamptz, integer) IS
    'Forgets deliveries of removed subscriptions and frees deliveries that wait behind nothing.';
