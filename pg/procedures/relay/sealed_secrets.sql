-- The secrets of a tenant's webhooks in force, signing secrets and the credentials they prove themselves with, as they are kept: encrypted by a master key that PostgreSQL never sees. For administrators
-- who encrypt them anew, and to see which cannot be opened. Safe to repeat; reads only.
-- Raises: U4404 of the tenant

CREATE OR REPLACE FUNCTION c360.sealed_secrets(p_tenant text)
    RETURNS TABLE (
        subscription_id uuid,
        name            text,
        version         integer,
        key_id          text,
        nonce           bytea,
        ciphertext      bytea,
        is_newest       boolean,
        kind            text
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        secret.subscription_id,
        subscription.name,
        secret.version,
        secret.key_id,
        secret.nonce,
        secret.ciphertext,
        secret.not_after IS NULL,
        'signature'
    FROM c360.subscriptions AS subscription
    JOIN c360.subscription_secrets AS secret ON secret.subscription_id = subscription.subscription_id
    WHERE subscription.tenant = p_tenant
      AND (secret.not_after IS NULL OR secret.not_after > clock_timestamp())
    UNION ALL
    SELECT
        credential.subscription_id,
        subscription.name,
        credential.version,
        credential.key_id,
        credential.nonce,
        credential.ciphertext,
        true,
        'credentials'
    FROM c360.subscriptions AS subscription
    JOIN c360.subscription_credentials AS credential ON credential.subscription_id = subscription.subscription_id
    WHERE subscription.tenant = p_tenant
    ORDER BY
        2,
        8,
        3;
END;
$$;

COMMENT ON FUNCTION c360.sealed_secrets(text) IS
    'Encrypted signing secrets and credentials of all webhooks of a tenant that are in force.';
