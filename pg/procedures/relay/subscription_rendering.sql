-- Gives a relay what it makes of messages for a webhook, and the encrypted credentials. For the role of the relay only.
-- rendering is NULL for the text of the message as it is, ciphertext where there are no credentials. It is text, because nobody has looked at what
-- numbers and how many levels are in it.

CREATE OR REPLACE FUNCTION c360.subscription_rendering(p_subscription_id uuid)
    RETURNS TABLE (
        version             integer,
        rendering           text,
        credentials_version integer,
        key_id              text,
        nonce               bytea,
        ciphertext          bytea
    )
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        coalesce(shape.version, 0),
        shape.rendering::text,
        coalesce(kept.version, 0),
        kept.key_id,
        kept.nonce,
        kept.ciphertext
    FROM c360.subscriptions AS subscription
    LEFT JOIN c360.subscription_renderings AS shape ON shape.subscription_id = subscription.subscription_id
    LEFT JOIN c360.subscription_credentials AS kept ON kept.subscription_id = subscription.subscription_id
    WHERE subscription.subscription_id = p_subscription_id;
$$;

COMMENT ON FUNCTION c360.subscription_rendering(uuid) IS
    'What a relay makes of messages for a webhook, with the encrypted credentials.';
