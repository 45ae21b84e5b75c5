-- Gives a webhook a new signing secret. Until the old one expires, messages carry a signature with each of them.
-- Not safe to repeat: each call is a new secret. p_version must be one above the newest, so that two rotations at once
-- cannot both succeed, and because the encryption is bound to it.
-- Raises: U4404 and U4423 of the tenant; U5404 subscription_not_found; U5412 secret_version_taken; U5421 subscription_invalid;
-- U4425 interval_out_of_bounds

CREATE OR REPLACE FUNCTION c360.rotate_subscription_secret(
    p_tenant       text,
    p_subscription text,
    p_version      integer,
    p_key_id       text,
    p_nonce        bytea,
    p_ciphertext   bytea,
    p_keep_old     interval DEFAULT interval '24 hours'
)
    RETURNS timestamptz
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_subscription_id uuid;
    v_not_after       timestamptz := now()
        + c360._checked_interval('p_keep_old', greatest(p_keep_old, interval '0'), interval '1 year');
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_subscription_id := c360._find_subscription(p_tenant, p_subscription);

    PERFORM FROM c360.subscriptions AS subscription
    WHERE subscription.subscription_id = v_subscription_id
    FOR NO KEY UPDATE;

    IF p_version IS DISTINCT FROM (
        SELECT max(secret.version) + 1
        FROM c360.subscription_secrets AS secret
        WHERE secret.subscription_id = v_subscription_id
    ) THEN
        RAISE EXCEPTION 'version % is not the next secret of subscription "%"', p_version, p_subscription
            USING ERRCODE = 'U5412',
                  HINT = 'Somebody rotated it at the same time; look at it and try again.';
    END IF;

    UPDATE c360.subscription_secrets AS secret
    SET not_after = v_not_after
    WHERE secret.subscription_id = v_subscription_id
      AND secret.not_after IS NULL;

    DELETE FROM c360.subscription_secrets AS secret
    WHERE secret.subscription_id = v_subscription_id
      AND secret.not_after < now();

    INSERT INTO c360.subscription_secrets (subscription_id, version, key_id, nonce, ciphertext)
    VALUES (v_subscription_id, p_version, p_key_id, p_nonce, p_ciphertext);

    INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
    VALUES (
        c360._actor(), p_tenant, 'subscription_secrets.rotated', p_subscription,
        jsonb_build_object('version', p_version, 'old_until', v_not_after)
    );

    RETURN v_not_after;
EXCEPTION
    WHEN check_violation OR not_null_violation THEN
        RAISE EXCEPTION 'the secret of webhook "%" cannot be right', p_subscription
            USING ERRCODE = 'U5421',
                  DETAIL = SQLERRM,
                  HINT = 'c360 webhook rotate makes and encrypts it.';
END;
$$;

COMMENT ON FUNCTION c360.rotate_subscription_secret(text, text, integer, text, bytea, bytea, interval) IS
    'Adds the next signing secret of a webhook; returns when the old one stops being used.';
