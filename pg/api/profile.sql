-- GET or POST /rpc/profile, for PostgREST: one golden record by an identifier. The tenant comes from request.jwt.claims, the right
-- from the role PostgREST became: a reader of the tenant. A token whose claims say another kind than secret is refused all the same:
-- it may stand in a web page.
-- Raises: U1401 key_unknown, U1413 key_may_not_read, U2404 profile_not_found, U4403 tenant_forbidden

CREATE OR REPLACE FUNCTION c360_v1.profile(p_identifier_type text, p_value text)
    RETURNS json
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_request record;
    v_profile json;
BEGIN
    SELECT * INTO v_request FROM c360.request_tenant();

    IF v_request.kind IS DISTINCT FROM 'secret' THEN
        RAISE EXCEPTION 'this token may only send events'
            USING ERRCODE = 'U1413',
                  HINT = 'Use a token of kind secret, from a server.';
    END IF;

    EXECUTE format('SELECT %I.profile($1, $2)', v_request.schema_name)
    USING p_identifier_type, p_value
    INTO v_profile;

    RETURN v_profile;
END;
$$;

COMMENT ON FUNCTION c360_v1.profile(text, text) IS
    'The golden record for an identifier, with all identifiers and the last events.';
