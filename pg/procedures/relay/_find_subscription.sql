-- Finds a subscription of a tenant by name or id. Of this tenant only: ids of others are as unknown as invented ones.
-- Raises: U5404 subscription_not_found

CREATE OR REPLACE FUNCTION c360._find_subscription(p_tenant text, p_subscription text)
    RETURNS uuid
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_subscription_id uuid;
BEGIN
    SELECT subscription.subscription_id
    INTO v_subscription_id
    FROM c360.subscriptions AS subscription
    WHERE subscription.tenant = p_tenant
      AND (subscription.name = p_subscription OR subscription.subscription_id::text = lower(p_subscription));

    IF NOT FOUND THEN
        RAISE EXCEPTION 'tenant "%" has no subscription "%"', p_tenant, p_subscription
            USING ERRCODE = 'U5404',
                  HINT = format('List them: c360 webhook list %s', p_tenant);
    END IF;

    RETURN v_subscription_id;
END;
$$;

COMMENT ON FUNCTION c360._find_subscription(text, text) IS
    'Id of a subscription of the tenant, given its name or id.';
