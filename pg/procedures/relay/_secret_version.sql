-- Gives the newest version of a subscription's signing secret: a relay that holds an older one reads them again.

CREATE OR REPLACE FUNCTION c360._secret_version(p_subscription_id uuid)
    RETURNS integer
    LANGUAGE sql
    STABLE
AS $$
    SELECT max(secret.version)
    FROM c360.subscription_secrets AS secret
    WHERE secret.subscription_id = p_subscription_id;
$$;

COMMENT ON FUNCTION c360._secret_version(uuid) IS
    'Newest version of the signing secret of a subscription.';
