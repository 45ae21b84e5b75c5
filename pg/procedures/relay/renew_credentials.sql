-- Writes down the credentials a relay renewed, before they are used. False when somebody gave new ones meanwhile: theirs stay.
-- Safe to repeat: a repeat is false and changes nothing.

CREATE OR REPLACE FUNCTION c360.renew_credentials(
    p_subscription_id uuid,
    p_version         integer,
    p_key_id          text,
    p_nonce           bytea,
    p_ciphertext      bytea
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE c360.subscription_credentials AS known
    SET version = p_version,
        key_id = p_key_id,
        nonce = p_nonce,
        ciphertext = p_ciphertext,
        renewing_until = '-infinity',
        changed_at = clock_timestamp()
    WHERE known.subscription_id = p_subscription_id
      AND known.version = p_version - 1;

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.renew_credentials(uuid, integer, text, bytea, bytea) IS
    'Writes down credentials that a relay renewed; false when somebody changed them meanwhile.';
