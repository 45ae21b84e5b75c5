-- Puts a secret that was encrypted anew, with another master key, in the place of the old one: the secret itself, its version and its receiver
-- stay as they are. p_kind is signature or credentials. Answers false, and changes nothing, where it is not encrypted with p_old_key_id any more. Safe to repeat.
-- Raises: U4404 and U4423 of the tenant; U5404 subscription_not_found; U5421 subscription_invalid for a secret too large

CREATE OR REPLACE FUNCTION c360.rewrap_secret(
    p_tenant       text,
    p_subscription text,
    p_version      integer,
    p_old_key_id   text,
    p_key_id       text,
    p_nonce        bytea,
    p_ciphertext   bytea,
    p_kind         text DEFAULT 'signature'
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id         uuid;
    v_constraint text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_id := c360._find_subscription(p_tenant, p_subscription);

    IF p_kind = 'credentials' THEN
        UPDATE c360.subscription_credentials AS credential
        SET key_id = p_key_id,
            nonce = p_nonce,
            ciphertext = p_ciphertext
        WHERE credential.subscription_id = v_id
          AND credential.version = p_version
          AND credential.key_id = p_old_key_id;
    ELSE
        UPDATE c360.subscription_secrets AS secret
        SET key_id = p_key_id,
            nonce = p_nonce,
            ciphertext = p_ciphertext
        WHERE secret.subscription_id = v_id
          AND secret.version = p_version
          AND secret.key_id = p_old_key_id;
    END IF;

    IF NOT FOUND THEN
        RETURN false;
    END IF;

    INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
    VALUES (
        c360._actor(), p_tenant, 'subscription_secrets.rewrapped', p_subscription,
        jsonb_build_object('kind', p_kind, 'version', p_version, 'from_key', p_old_key_id, 'to_key', p_key_id)
    );
    RETURN true;
EXCEPTION
    WHEN check_violation THEN
        GET STACKED DIAGNOSTICS v_constraint = CONSTRAINT_NAME;
        PERFORM c360._refuse_subscription(v_constraint, SQLERRM);
END;
$$;

COMMENT ON FUNCTION c360.rewrap_secret(text, text, integer, text, text, bytea, bytea, text) IS
    'Replaces the encryption of a signing secret, or of credentials, by one with another master key; returns whether it did.';
