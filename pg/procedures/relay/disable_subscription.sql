-- Switches a webhook off: nothing is sent, what waits for it becomes dead letters, and nothing new is kept for it until it is resumed.
-- Tells its tenant with a message endpoint.disabled. Safe to repeat: false when it was disabled already.
-- Raises: U4404 and U4423 of the tenant; U5404 subscription_not_found

CREATE OR REPLACE FUNCTION c360.disable_subscription(
    p_tenant       text,
    p_subscription text,
    p_reason       text DEFAULT 'Switched off by a person.'
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    RETURN c360._disable_subscription(
        c360._find_subscription(p_tenant, p_subscription),
        left(coalesce(nullif(btrim(p_reason), ''), 'Switched off by a person.'), 500)
    );
END;
$$;

COMMENT ON FUNCTION c360.disable_subscription(text, text, text) IS
    'Switches a webhook off; what waits for it becomes dead letters. Returns whether it was on.';
