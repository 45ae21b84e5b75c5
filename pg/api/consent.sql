-- POST /rpc/consent, for PostgREST: the whole body is the one parameter, {userId, anonymousId, purposes: {purpose: true or false}, proof,
-- textVersion} and what events have besides. Tenant and source come from request.jwt.claims, the right from the role PostgREST became.
-- Safe to repeat: known messageIds count as duplicates.
-- Raises: U1002 body_not_events, U1003 body_too_large, U1005 body_too_deep, U1401 key_unknown, U4403 tenant_forbidden

CREATE OR REPLACE FUNCTION c360_v1.consent(json)
    RETURNS json
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c360.ingest_claimed('consent', $1::text);
$$;

COMMENT ON FUNCTION c360_v1.consent(json) IS
    'Records what somebody agrees to and what not: a yes or no to each purpose.';
