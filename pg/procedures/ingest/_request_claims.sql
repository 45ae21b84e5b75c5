-- Claims of the JWT that the HTTP server in front (PostgREST, the gateway) has verified. After a transaction the setting
-- is an empty string, not NULL: that is no claim either.
-- Raises: U1401 key_unknown

CREATE OR REPLACE FUNCTION c360._request_claims()
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_claims text := current_setting('request.jwt.claims', true);
BEGIN
    IF pg_input_is_valid(v_claims, 'jsonb') IS NOT TRUE OR (v_claims::jsonb ->> 'tenant') IS NULL THEN
        RAISE EXCEPTION 'the request names no tenant'
            USING ERRCODE = 'U1401',
                  HINT = 'Send a token whose claims name tenant and source.';
    END IF;

    RETURN v_claims::jsonb;
END;
$$;

COMMENT ON FUNCTION c360._request_claims() IS
    'Verified claims of the current HTTP request; refuses a request without tenant.';
