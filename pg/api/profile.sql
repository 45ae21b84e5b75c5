-- GET or POST /rpc/profile: one golden record by an identifier, for callers whose claims say kind secret.
-- Raises: U1401 key_unknown, U1413 key_may_not_read, U2404 profile_not_found, U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360_v1.profile(p_identifier_type text, p_value text)
    RETURNS json
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_claims jsonb := c360._request_claims();
BEGIN
    PERFORM c360._check_key_may_read(v_claims ->> 'kind');
    PERFORM c360._use_tenant(v_claims ->> 'tenant');

    RETURN c360._profile(v_claims ->> 'tenant', p_identifier_type, p_value);
END;
$$;

COMMENT ON FUNCTION c360_v1.profile(text, text) IS
    'The golden record for an identifier, with all identifiers and the last events.';
