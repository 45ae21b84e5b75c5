-- Takes deliveries and attempts of removed subscriptions along: these tables have no foreign key, so that writing
-- to them does not lock the subscription for every row.

CREATE OR REPLACE FUNCTION c360.tg_subscriptions_forget()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM c360.deliveries AS delivery
    USING old_subscriptions AS removed
    WHERE delivery.subscription_id = removed.subscription_id;

    DELETE FROM c360.delivery_attempts AS attempt
    USING old_subscriptions AS removed
    WHERE attempt.subscription_id = removed.subscription_id;

    DELETE FROM c360.delivery_minutes AS counted
    USING old_subscriptions AS removed
    WHERE counted.subscription_id = removed.subscription_id;

    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360.tg_subscriptions_forget() IS
    'Deletes deliveries and attempts of removed subscriptions.';

CREATE OR REPLACE TRIGGER subscriptions_forget
    AFTER DELETE ON c360.subscriptions
    REFERENCING OLD TABLE AS old_subscriptions
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_subscriptions_forget();
