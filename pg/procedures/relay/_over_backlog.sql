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
      AND c360._waiting_deliveries(subscription.subscription_id, subscription.max_backlog) >= subscription.max_backlog;
$$;

COMMENT ON FUNCTION c360._over_backlog() IS
    'Subscriptions that have reached their max_backlog and are still served by the fan-out.';
