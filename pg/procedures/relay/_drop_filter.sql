-- Forgets the compiled condition of a webhook that has none any more, or is gone. Part of a sync. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._drop_filter(
    p_tenant          text,
    p_subscription_id uuid
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._drop_filter_function(p_tenant, p_subscription_id);

    DELETE FROM c360.subscription_filters AS known
    WHERE known.subscription_id = p_subscription_id;

    UPDATE c360.subscriptions AS subscription
    SET state = 'active',
        paused_reason = NULL
    WHERE subscription.subscription_id = p_subscription_id
      AND subscription.state = 'paused'
      AND subscription.paused_reason IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION c360._drop_filter(text, uuid) IS
    'Forgets the compiled condition of a webhook.';
