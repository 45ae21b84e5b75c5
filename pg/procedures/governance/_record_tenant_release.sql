-- Notes which text of a template is in force in a tenant. Safe to repeat. Called by the sync, in its transaction.

CREATE OR REPLACE FUNCTION c360._record_tenant_release(
    p_tenant   text,
    p_template text,
    p_checksum text
)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO c360.tenant_releases AS release (tenant, template, checksum)
    VALUES (p_tenant, p_template, p_checksum)
    ON CONFLICT (tenant, template) DO UPDATE
    SET checksum = excluded.checksum,
        applied_at = excluded.applied_at,
        applied_by = excluded.applied_by
    WHERE release.checksum <> excluded.checksum;
$$;

COMMENT ON FUNCTION c360._record_tenant_release(text, text, text) IS
    'Notes in c360.tenant_releases which rendered text of a template is in force in a tenant.';
