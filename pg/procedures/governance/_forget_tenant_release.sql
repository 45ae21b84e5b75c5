-- Takes a template that no longer exists out of a tenant's ledger. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._forget_tenant_release(
    p_tenant   text,
    p_template text
)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM c360.tenant_releases AS release
    WHERE release.tenant = p_tenant
      AND release.template = p_template;
$$;

COMMENT ON FUNCTION c360._forget_tenant_release(text, text) IS
    'Takes a template that no longer exists out of the ledger of a tenant.';
