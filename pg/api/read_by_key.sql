-- What the gateway calls to read rows: authenticates the key and answers a page of one of the tenant's views (c360._readable_relations),
-- in one round trip. The gateway has parsed the query; its members are described at c360._read().
-- Raises: U1401 key_unknown, U1403 origin_forbidden, U1413 key_may_not_read, U1414 key_of_agent, U4426 limit_out_of_bounds, 3F000 for another schema,
--         42P01 for a relation that is not read, 42703 and 22xxx for a query that is wrong

CREATE OR REPLACE FUNCTION c360_v1.read_by_key(
    p_key_hash  bytea,
    p_relation  text,
    p_query     jsonb,
    p_origin    text DEFAULT NULL
)
    RETURNS json
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant  text;
    v_kind    text;
BEGIN
    SELECT key.tenant, key.kind
    INTO v_tenant, v_kind
    FROM c360._authenticate_key(p_key_hash, p_origin) AS key;

    PERFORM c360._check_key_may(v_kind, 'read');
    PERFORM c360._use_tenant(v_tenant);

    IF p_query ->> 'schema' NOT IN ('c360_v1', 'tenant_' || v_tenant) THEN
        RAISE EXCEPTION 'Invalid schema: %', p_query ->> 'schema'
            USING ERRCODE = 'invalid_schema_name',
                  HINT = format('Only the following schemas are exposed: c360_v1, tenant_%s', v_tenant);
    END IF;

    RETURN (
        SELECT json_build_object('body', page.body, 'rows', page.row_count, 'total', page.total_count, 'after', page.next_after)
        FROM c360._read(v_tenant, p_relation, p_query) AS page
    );
END;
$$;

COMMENT ON FUNCTION c360_v1.read_by_key(bytea, text, jsonb, text) IS
    'Authenticates a secret key by its SHA-256 and answers a page of rows of a view.';
