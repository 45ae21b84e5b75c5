-- Shows one webhook of a tenant with its secrets' versions, what it is sent as, and its last failed attempts. What the endpoint answered may repeat
-- what it was sent: that it said something is shown, what is in c360.as_sent(), for administrators. Why no answer came is shown.
-- Raises: U4404 of the tenant; U5404 subscription_not_found

CREATE OR REPLACE FUNCTION c360.show_subscription(p_tenant text, p_subscription text)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_subscription_id uuid;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    v_subscription_id := c360._find_subscription(p_tenant, p_subscription);

    RETURN (
        SELECT listed.value || jsonb_build_object(
            'secrets', (
                SELECT jsonb_agg(jsonb_build_object(
                    'version', secret.version,
                    'key_id', secret.key_id,
                    'created_at', secret.created_at,
                    'not_after', secret.not_after
                ) ORDER BY secret.version)
                FROM c360.subscription_secrets AS secret
                WHERE secret.subscription_id = v_subscription_id
            ),
            'rendering', (
                SELECT jsonb_build_object(
                    'preset', shape.preset,
                    'format', coalesce(shape.rendering ->> 'format', 'raw'),
                    'version', coalesce(shape.version, 0),
                    'has_credentials', kept.subscription_id IS NOT NULL
                )
                FROM c360.subscriptions AS subscription
                LEFT JOIN c360.subscription_renderings AS shape ON shape.subscription_id = subscription.subscription_id
                LEFT JOIN c360.subscription_credentials AS kept ON kept.subscription_id = subscription.subscription_id
                WHERE subscription.subscription_id = v_subscription_id
            ),
            'last_attempts', (
                SELECT coalesce(jsonb_agg(
                    to_jsonb(latest.*) - 'subscription_id'
                    || jsonb_build_object('answer', CASE WHEN latest.answer = '' OR c360._is_our_account(latest.error) THEN latest.answer ELSE '****' END)
                    ORDER BY latest.at DESC), '[]')
                FROM (
                    SELECT *
                    FROM c360.delivery_attempts AS attempt
                    WHERE attempt.subscription_id = v_subscription_id
                    ORDER BY attempt.at DESC
                    LIMIT 10
                ) AS latest
            )
        )
        FROM c360.list_subscriptions(p_tenant) AS listed (value)
        WHERE listed.value ->> 'subscription_id' = v_subscription_id::text
    );
END;
$$;

COMMENT ON FUNCTION c360.show_subscription(text, text) IS
    'One webhook with the versions of its secrets and its last failed attempts.';
