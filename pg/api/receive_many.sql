-- What the gateway calls for requests that came together: authenticates their keys and ingests their bodies, in one round trip and one
-- transaction. All are of one tenant; what one of them says harms no other.
-- Answers one row for each request, in order; NULL for one that has to be sent by itself with receive(), which says why: its key is
-- not good, its body is not clean. Raises what concerns all of them; then each can be sent by itself.
-- Raises: U1005 body_too_deep, U1015 tenants_mixed, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360_v1.receive_many(
    p_key_hashes  bytea[],
    p_types       text[],
    p_bodies      text[],
    p_origins     text[]
)
    RETURNS SETOF json
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_tenants  text[];
    v_sources  text[];
    v_schema   text;
BEGIN
    SELECT
        array_agg(DISTINCT key.tenant) FILTER (WHERE key.tenant IS NOT NULL),
        array_agg(key.source ORDER BY sent.position)
    INTO v_tenants, v_sources
    FROM unnest(p_key_hashes, p_origins) WITH ORDINALITY AS sent (key_hash, origin, position)
    LEFT JOIN c360.api_keys AS key
        ON key.key_hash = sent.key_hash
        AND key.revoked_at IS NULL
        AND key.kind <> 'agent'
        AND (sent.origin IS NULL OR key.allowed_origins = '{}' OR sent.origin = ANY (key.allowed_origins));

    IF cardinality(v_tenants) > 1 THEN
        RAISE EXCEPTION 'the requests are of % tenants', cardinality(v_tenants)
            USING ERRCODE = 'U1015';
    END IF;
    IF v_tenants IS NULL THEN
        RETURN QUERY SELECT NULL::json FROM unnest(p_types);
        RETURN;
    END IF;

    v_schema := c360._check_tenant(v_tenants[1], 'write');

    RETURN QUERY EXECUTE format('SELECT * FROM %I._ingest_requests($1, $2, $3, $4)', v_schema)
    USING v_tenants[1], v_sources, p_types, p_bodies;
END;
$$;

COMMENT ON FUNCTION c360_v1.receive_many(bytea[], text[], text[], text[]) IS
    'Authenticates the API keys of requests of one tenant and ingests their bodies; NULL for a request to be sent by itself.';
