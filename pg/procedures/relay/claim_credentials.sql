-- Lets one relay ask a provider for a new token where asking uses up the old refresh token. False when another is at it or
-- these credentials are not the newest any more: then read them again. The claim ends by itself, or with renew_credentials().

CREATE OR REPLACE FUNCTION c360.claim_credentials(
    p_subscription_id uuid,
    p_version         integer,
    p_lease           interval DEFAULT interval '30 seconds'
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE c360.subscription_credentials AS known
    SET renewing_until = clock_timestamp() + p_lease
    WHERE known.subscription_id = p_subscription_id
      AND known.version = p_version
      AND known.renewing_until <= clock_timestamp();

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.claim_credentials(uuid, integer, interval) IS
    'Lets one relay renew the token of a webhook; false when another does or has.';
