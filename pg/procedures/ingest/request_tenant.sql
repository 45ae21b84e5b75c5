-- Schema of the tenant, source and kind that the claims of the current HTTP request name (request.jwt.claims, verified by the HTTP
-- server in front, such as PostgREST). Runs as the role that server became. Claims give no right: that role's grants do, and a tenant
-- in which it has none is answered like one that does not exist. After a transaction the setting is an empty string, not NULL: that is
-- no claim either.
-- Raises: U1401 key_unknown, U4403 tenant_forbidden

CREATE OR REPLACE FUNCTION c360.request_tenant(
    OUT schema_name name,
    OUT source      text,
    OUT kind        text
)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_claims text := current_setting('request.jwt.claims', true);
    v_tenant text;
BEGIN
    IF pg_input_is_valid(v_claims, 'jsonb') THEN
        v_tenant := v_claims::jsonb ->> 'tenant';
        source := v_claims::jsonb ->> 'source';
        kind := v_claims::jsonb ->> 'kind';
    END IF;

    IF v_tenant IS NULL THEN
        RAISE EXCEPTION 'the request names no tenant'
            USING ERRCODE = 'U1401',
                  HINT = 'Send a token whose claims name tenant and source.';
    END IF;

    SELECT schema.nspname
    INTO schema_name
    FROM pg_namespace AS schema
    JOIN pg_namespace AS shared ON shared.nspname = 'c360' AND shared.nspowner = schema.nspowner
    WHERE schema.nspname = 'tenant_' || v_tenant
      AND has_schema_privilege(schema.oid, 'USAGE');

    IF NOT FOUND THEN
        RAISE EXCEPTION 'role "%" has no right in tenant "%"', current_user, v_tenant
            USING ERRCODE = 'U4403',
                  HINT = 'The token names the role: c360_<tenant>_reader, _writer or _admin.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360.request_tenant() IS
    'Schema, source and kind that the claims of the current HTTP request name.';
