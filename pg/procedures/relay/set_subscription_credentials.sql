-- Gives a webhook what it proves itself with at its receiver, encrypted by the caller; without p_ciphertext, takes it away.
-- p_version must be one above the last, because the encryption is bound to it and so that of two at once one is refused; the
-- first is 1. Not safe to repeat: a repeat is refused.
-- Raises: U4404 and U4423 of the tenant; U5404 subscription_not_found; U5412 secret_version_taken; U5460 rendering_invalid

CREATE OR REPLACE FUNCTION c360.set_subscription_credentials(
    p_tenant       text,
    p_subscription text,
    p_version      integer,
    p_key_id       text DEFAULT NULL,
    p_nonce        bytea DEFAULT NULL,
    p_ciphertext   bytea DEFAULT NULL
)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_subscription_id uuid;
    v_known           integer;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_subscription_id := c360._find_subscription(p_tenant, p_subscription);

    PERFORM FROM c360.subscriptions AS subscription
    WHERE subscription.subscription_id = v_subscription_id
    FOR NO KEY UPDATE;

    SELECT known.version
    INTO v_known
    FROM c360.subscription_credentials AS known
    WHERE known.subscription_id = v_subscription_id
    FOR UPDATE;

    IF p_version IS DISTINCT FROM coalesce(v_known, 0) + 1 THEN
        RAISE EXCEPTION 'version % is not the next of the credentials of webhook "%"', p_version, p_subscription
            USING ERRCODE = 'U5412',
                  HINT = 'Somebody changed them at the same time, or a relay renewed them; look at it and try again.';
    END IF;

    IF p_ciphertext IS NULL THEN
        DELETE FROM c360.subscription_credentials AS known
        WHERE known.subscription_id = v_subscription_id;
    ELSE
        INSERT INTO c360.subscription_credentials AS known (subscription_id, version, key_id, nonce, ciphertext)
        VALUES (v_subscription_id, p_version, p_key_id, p_nonce, p_ciphertext)
        ON CONFLICT (subscription_id) DO UPDATE
        SET version = EXCLUDED.version,
            key_id = EXCLUDED.key_id,
            nonce = EXCLUDED.nonce,
            ciphertext = EXCLUDED.ciphertext,
            renewing_until = '-infinity',
            changed_at = now();
    END IF;

    INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
    VALUES (
        c360._actor(), p_tenant,
        CASE WHEN p_ciphertext IS NULL THEN 'subscription_credentials.removed' ELSE 'subscription_credentials.changed' END,
        p_subscription, jsonb_build_object('version', p_version)
    );
EXCEPTION
    WHEN check_violation OR not_null_violation THEN
        RAISE EXCEPTION 'the credentials of webhook "%" cannot be right', p_subscription
            USING ERRCODE = 'U5460',
                  HINT = 'Give them with c360 webhook set-rendering, which encrypts them; 64 KB are the limit.';
END;
$$;

COMMENT ON FUNCTION c360.set_subscription_credentials(text, text, integer, text, bytea, bytea) IS
    'Gives a webhook encrypted credentials for its receiver, or takes them away.';
