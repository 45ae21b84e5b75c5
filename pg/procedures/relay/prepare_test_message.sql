-- Gives an administrator of the tenant what it takes to send one signed webhook.test message now. Writes nothing.
-- Raises: U4404 of the tenant; U5404 subscription_not_found

CREATE OR REPLACE FUNCTION c360.prepare_test_message(
    p_tenant            text,
    p_subscription      text,
    OUT subscription_id uuid,
    OUT url             text,
    OUT timeout_seconds double precision,
    OUT message_id      uuid,
    OUT body            text,
    OUT prepared_at     timestamptz,
    OUT secrets         jsonb
)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    subscription_id := c360._find_subscription(p_tenant, p_subscription);
    message_id := c360._uuid7();
    prepared_at := clock_timestamp();

    SELECT
        subscription.url,
        subscription.timeout_seconds,
        c360._message_body(
            'webhook.test', p_tenant, prepared_at,
            jsonb_build_object('subscription_id', subscription.subscription_id, 'name', subscription.name)
        )
    INTO STRICT url, timeout_seconds, body
    FROM c360.subscriptions AS subscription
    WHERE subscription.subscription_id = prepare_test_message.subscription_id;

    SELECT jsonb_agg(jsonb_build_object(
        'version', secret.version,
        'key_id', secret.key_id,
        'nonce', encode(secret.nonce, 'base64'),
        'ciphertext', encode(secret.ciphertext, 'base64')
    ) ORDER BY secret.version DESC)
    INTO secrets
    FROM c360.subscription_secrets(prepare_test_message.subscription_id) AS secret;
END;
$$;

COMMENT ON FUNCTION c360.prepare_test_message(text, text) IS
    'Address, text and encrypted secrets for one webhook.test message.';
