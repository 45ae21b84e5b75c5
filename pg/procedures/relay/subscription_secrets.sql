-- Gives a relay the encrypted secrets to sign with, newest first. For the role of the relay only.

CREATE OR REPLACE FUNCTION c360.subscription_secrets(p_subscription_id uuid)
    RETURNS TABLE (
        version       integer,
        key_id        text,
        nonce         bytea,
        ciphertext    bytea,
        valid_seconds double precision
    )
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        secret.version,
        secret.key_id,
        secret.nonce,
        secret.ciphertext,
        extract(epoch FROM secret.not_after - clock_timestamp())::double precision
    FROM c360.subscription_secrets AS secret
    WHERE secret.subscription_id = p_subscription_id
      AND (secret.not_after IS NULL OR secret.not_after > clock_timestamp())
    ORDER BY secret.version DESC
    LIMIT 10;
$$;

COMMENT ON FUNCTION c360.subscription_secrets(uuid) IS
    'Encrypted signing secrets in force; valid_seconds is NULL for the newest.';
