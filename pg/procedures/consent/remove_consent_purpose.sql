-- Takes a purpose away: nothing may be sent for it any more. What persons said to it stays. Answers whether it was there; safe to repeat.
-- Raises: U4404, U4423 of the tenant

CREATE OR REPLACE FUNCTION c360.remove_consent_purpose(p_tenant text, p_purpose text)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    DELETE FROM c360.consent_purposes AS own
    WHERE own.tenant = p_tenant
      AND own.purpose = p_purpose;

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.remove_consent_purpose(text, text) IS
    'Takes a purpose away. Returns whether it was there.';
