-- Housekeeping of the relay: forgets deliveries of removed subscriptions, at most p_limit, and relays that ended long ago, and frees
-- deliveries that wait behind nothing. Old attempts and dead letters are removed by c360.apply_retention(). Safe to repeat.

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

    -- Two relays that released the same key at once can leave its tail behind a head that is gone.
    UPDATE c360.parked_deliveries AS parked
    SET is_behind = false,
        due_at = p_at
    WHERE parked.is_behind
      AND parked.parked_at < p_at - interval '5 minutes'
      AND NOT EXISTS (
          SELECT
          FROM c360.parked_deliveries AS head
          WHERE head.subscription_id = parked.subscription_id
            AND head.lane = parked.lane
            AND head.key_hash = parked.key_hash
            AND NOT head.is_behind
      );
END;
$$;

COMMENT ON FUNCTION c360.maintain_deliveries(timestamptz, integer) IS
    'Forgets deliveries of removed subscriptions and frees deliveries that wait behind nothing.';
