-- The subscriptions for which as many messages wait as may, and that the fan-out still serves. Reads only.

CREATE OR REPLACE FUNCTION c360._over_backlog()
    RETURNS SETOF uuid
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT subscription.subscription_id
    FROM c360.subscriptions AS subscription
    WHERE subscription.max_backlog IS NOT NULL
      AND subscription.state <> 'disabled'
      AND NOT EXISTS (
          SELECT
          FROM c360.backfills AS backfill
          WHERE backfill.subscription_id = subscription.subscription_id
      )
      -- Delivery ids are given in order: where first and last are close, there cannot be so many between them.
      AND (
          EXISTS (
              SELECT
              FROM c360.parked_deliveries AS parked
              WHERE parked.subscription_id = subscription.subscription_id
          )
          OR (
              SELECT max(edge.last_id) - min(edge.first_id) + 1
              FROM c360.lanes AS lane
              CROSS JOIN LATERAL (
                  SELECT
                      min(delivery.delivery_id) AS first_id,
                      max(delivery.delivery_id) AS last_id
                  FROM c360.deliveries AS delivery
                  WHERE delivery.subscription_id = lane.subscription_id
                    AND delivery.lane = lane.lane
              ) AS edge
              WHERE lane.subscription_id = subscription.subscription_id
          ) >= subscription.max_backlog
      )
      AND c360._waiting_deliveries(subscription.subscription_id, subscription.max_backlog) >= subscription.max_backlog;
$$;

COMMENT ON FUNCTION c360._over_backlog() IS
    'Subscriptions that have reached their max_backlog and are still served by the fan-out.';
