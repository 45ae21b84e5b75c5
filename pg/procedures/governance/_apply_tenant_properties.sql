-- Changes the properties of a tenant that a document gives. Safe to repeat; writes nothing when nothing differs.
-- Raises: U4410 tenant_invalid

CREATE OR REPLACE FUNCTION c360._apply_tenant_properties(
    p_tenant   text,
    p_document jsonb
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._check_time_zone(p_document ->> 'time_zone');

    UPDATE c360.tenants AS tenant
    SET display_name = coalesce(p_document ->> 'display_name', tenant.display_name),
        default_country = coalesce(p_document ->> 'default_country', tenant.default_country),
        default_currency = coalesce(p_document ->> 'default_currency', tenant.default_currency),
        time_zone = coalesce(p_document ->> 'time_zone', tenant.time_zone)
    WHERE tenant.tenant = p_tenant
      AND (
          coalesce(p_document ->> 'display_name', tenant.display_name),
          coalesce(p_document ->> 'default_country', tenant.default_country),
          coalesce(p_document ->> 'default_currency', tenant.default_currency),
          coalesce(p_document ->> 'time_zone', tenant.time_zone)
      ) IS DISTINCT FROM (tenant.display_name, tenant.default_country, tenant.default_currency, tenant.time_zone);
END;
$$;

COMMENT ON FUNCTION c360._apply_tenant_properties(text, jsonb) IS
    'Changes display name, country, currency and time zone of a tenant where the document gives another.';
