-- Lists the webhooks of a tenant with what waits for each. Of the address the host is shown: a path may be a secret. The
-- whole address is in c360.as_sent(), for administrators.
-- Raises: U4404 of the tenant

CREATE OR REPLACE FUNCTION c360.list_subscriptions(p_tenant text)
    RETURNS SETOF jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT to_jsonb(status.*) || jsonb_build_object(
        'url', c360._shown_url(subscription.url),
        'topics', subscription.topics,
        'types', subscription.types,
        'is_ordered', subscription.is_ordered,
        'lane_count', subscription.lane_count,
        'max_in_flight', subscription.max_in_flight,
        'timeout_seconds', subscription.timeout_seconds,
        'retry_schedule', subscription.retry_schedule,
        'rate_per_second', subscription.rate_per_second,
        'batch_max', subscription.batch_max,
        'max_backlog', subscription.max_backlog,
        'max_age', subscription.max_age,
        'condition', c360._shown_condition(p_tenant, subscription.condition),
        'segment', subscription.segment,
        'paused_reason', subscription.paused_reason,
        'created_at', subscription.created_at,
        'created_by', subscription.created_by,
        'backfill_from', (
            SELECT backfill.from_at
            FROM c360.backfills AS backfill
            WHERE backfill.subscription_id = subscription.subscription_id
        )
    )
    FROM c360.relay_status(p_tenant) AS status
    JOIN c360.subscriptions AS subscription ON subscription.subscription_id = status.subscription_id
    ORDER BY subscription.name;
END;
$$;

COMMENT ON FUNCTION c360.list_subscriptions(text) IS
    'The webhooks of a tenant: settings, state, backlog, last error. Never a secret.';
