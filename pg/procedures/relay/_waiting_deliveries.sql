-- How many messages wait for a subscription, retries included, counted up to p_most. Reads only.

CREATE OR REPLACE FUNCTION c360._waiting_deliveries(p_subscription_id uuid, p_most bigint)
    RETURNS bigint
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT count(*)
    FROM (
        SELECT FROM (
            SELECT
            FROM c360.deliveries AS delivery
            WHERE delivery.subscription_id = p_subscription_id
            UNION ALL
            SELECT
            FROM c360.parked_deliveries AS parked
            WHERE parked.subscription_id = p_subscription_id
        ) AS waiting
        LIMIT p_most
    ) AS counted;
$$;

COMMENT ON FUNCTION c360._waiting_deliveries(uuid, bigint) IS
    'How many messages wait for a subscription, counted up to a number.';
