-- Housekeeping of the relay: forgets old attempts and replayed or very old dead letters, deliveries of removed
-- subscriptions, and frees deliveries that wait behind nothing. Safe to repeat; p_limit bounds each step. Rows that
-- a transaction of somebody holds are left for the next time.

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
    DELETE FROM c360.delivery_attempts AS attempt
    WHERE attempt.attempt_id IN (
        SELECT old.attempt_id
        FROM c360.delivery_attempts AS old
        WHERE old.at < p_at - interval '14 days'
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    );

    DELETE FROM c360.dead_letters AS letter
    WHERE letter.dead_letter_id IN (
        SELECT old.dead_letter_id
        FROM c360.dead_letters AS old
        WHERE old.died_at < p_at - interval '90 days'
           OR old.replayed_at < p_at - interval '14 days'
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    );

    -- A fan-out that was under way while its subscription was removed.
    DELETE FROM c360.deliveries AS delivery
    WHERE NOT EXISTS (
        SELECT
        FROM c360.subscriptions AS subscription
        WHERE subscription.subscription_id = delivery.subscription_id
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
    'Forgets what is old in the tables of the relay and frees deliveries that wait behind nothing.';
