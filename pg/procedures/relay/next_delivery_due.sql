-- Seconds until something that waits for a time can be sent: a retry, or an endpoint that rests. NULL when nothing waits.
-- What is due already and cannot be sent for another reason does not count.

CREATE OR REPLACE FUNCTION c360.next_delivery_due()
    RETURNS double precision
    LANGUAGE sql
    VOLATILE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT extract(epoch FROM least(retry.at, rest.at) - clock_timestamp())::double precision
    FROM (
        SELECT min(parked.due_at) AS at
        FROM c360.parked_deliveries AS parked
        WHERE NOT parked.is_behind
          AND parked.due_at > now()
    ) AS retry
    CROSS JOIN (
        SELECT min(greatest(state.not_before, CASE WHEN state.circuit <> 'closed' THEN state.circuit_until ELSE '-infinity' END)) AS at
        FROM c360.subscription_states AS state
        JOIN c360.subscriptions AS subscription ON subscription.subscription_id = state.subscription_id
        WHERE subscription.state = 'active'
          AND greatest(state.not_before, CASE WHEN state.circuit <> 'closed' THEN state.circuit_until ELSE '-infinity' END) > now()
    ) AS rest;
$$;

COMMENT ON FUNCTION c360.next_delivery_due() IS
    'Seconds until the next retry is due or an endpoint has rested; NULL for none.';
