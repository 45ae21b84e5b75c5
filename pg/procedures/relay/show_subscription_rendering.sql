-- Shows an administrator of the tenant what is made of messages for a webhook, and its credentials as they are kept: encrypted,
-- for a command that has the master key to try them. Writes nothing.
-- Raises: U4404 of the tenant; U5404 subscription_not_found

CREATE OR REPLACE FUNCTION c360.show_subscription_rendering(p_tenant text, p_subscription text)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_subscription_id uuid;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    v_subscription_id := c360._find_subscription(p_tenant, p_subscription);

    RETURN (
        SELECT jsonb_build_object(
            'subscription_id', subscription.subscription_id,
            'name', subscription.name,
            'url', subscription.url,
            'topics', subscription.topics,
            'types', subscription.types,
            'preset', shape.preset,
            'version', coalesce(shape.version, 0),
            'rendering', coalesce(shape.rendering, '{"format": "raw"}'),
            'credentials', CASE WHEN kept.version IS NOT NULL THEN jsonb_build_object(
                'version', kept.version,
                'key_id', kept.key_id,
                'nonce', encode(kept.nonce, 'base64'),
                'ciphertext', encode(kept.ciphertext, 'base64')
            ) END
        )
        FROM c360.subscriptions AS subscription
        LEFT JOIN c360.subscription_renderings AS shape ON shape.subscription_id = subscription.subscription_id
        LEFT JOIN c360.subscription_credentials AS kept ON kept.subscription_id = subscription.subscription_id
        WHERE subscription.subscription_id = v_subscription_id
    );
END;
$$;

COMMENT ON FUNCTION c360.show_subscription_rendering(text, text) IS
    'How the messages of a webhook are rendered, with its encrypted credentials; for administrators.';
