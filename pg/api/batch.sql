-- POST /rpc/batch, for PostgREST and for the gateway: the whole body is the one parameter, up to 2,500 events, 500 KB.
-- Tenant and source come from request.jwt.claims. Safe to repeat: known messageIds count as duplicates.
-- Raises: U1002 body_not_events, U1003 body_too_large, U1004 batch_too_long, U1005 body_too_deep, U1401 key_unknown

CREATE OR REPLACE FUNCTION c360_v1.batch(json)
    RETURNS json
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_claims jsonb := c360._request_claims();
BEGIN
    RETURN c360._ingest_request(v_claims ->> 'tenant', coalesce(v_claims ->> 'source', 'http'), 'batch', $1::text);
END;
$$;

COMMENT ON FUNCTION c360_v1.batch(json) IS
    'Records many events of any type: {"batch": [...]} or an array.';
