-- Ingests the body of an HTTP request, of type identify, track ... batch, import; answers as the Segment API does.
-- The limits are those of that API: 500 KB and 2,500 events.
-- Raises: U1001 body_not_json, U1002 body_not_events, U1003 body_too_large, U1004 batch_too_long, U1005 body_too_deep,
--         U1006 source_invalid, U4404 tenant_not_found, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360.ingest_request(
    p_tenant  text,
    p_source  text,
    p_type    text,
    p_body    text
)
    RETURNS json
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema text := c360._check_tenant(p_tenant, 'write');
BEGIN
    IF octet_length(p_body) > 500 * 1024 THEN
        RAISE EXCEPTION 'the body has % bytes', octet_length(p_body)
            USING ERRCODE = 'U1003',
                  DETAIL = 'At most 500 KB fit into one request.',
                  HINT = 'Split the batch.';
    END IF;
    IF p_source IS NULL OR p_source !~ '^[a-z0-9][a-z0-9_.-]{0,62}$' THEN
        RAISE EXCEPTION 'source "%" is not a valid name', p_source
            USING ERRCODE = 'U1006',
                  HINT = 'Use up to 63 small letters, digits, _, . and -.';
    END IF;

    RETURN c360._ingest_body(v_schema, p_source, p_type, p_body, now(), 2500);
END;
$$;

COMMENT ON FUNCTION c360.ingest_request(text, text, text, text) IS
    'Ingests a request body within the limits of HTTP; answers {success, accepted, duplicates, rejected}, of an import also implausible_clocks.';
