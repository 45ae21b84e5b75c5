-- Answers whether the webhook that a rule names is there, not switched off, and receives what rules ask for. Reads only.

CREATE OR REPLACE FUNCTION c360._has_receiver(p_tenant text, p_webhook text)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT
        FROM c360.subscriptions AS subscription
        WHERE subscription.tenant = p_tenant
          AND subscription.name = p_webhook
          AND subscription.state <> 'disabled'
          AND 'c360-activation-events' = ANY (subscription.topics)
          AND c360._wants_type(subscription.types, 'activation.requested')
    );
$$;

COMMENT ON FUNCTION c360._has_receiver(text, text) IS
    'True when the webhook of a rule is there and receives what rules ask for.';
