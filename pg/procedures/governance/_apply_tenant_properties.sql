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
    PERFORM c360._check_tenant_settings(NULL, p_document ->> 'default_country', p_document ->> 'default_currency');
    PERFORM c360._check_time_zone(p_document ->> 'time_zone');

    UPDATE c360.tenants AS tenant
    SET display_name = given.display_name,
        default_country = given.default_country,
        default_currency = given.default_currency,
        time_zone = given.time_zone,
        date_order = given.date_order,
        email_ignores_tags = given.email_ignores_tags,
        email_ignores_dots = given.email_ignores_dots,
        max_cluster_size = given.max_cluster_size,
        keeps_erased_out = given.keeps_erased_out,
        shown_properties = given.shown_properties,
        ip = given.ip,
        session_minutes = given.session_minutes,
        auto_sync = given.auto_sync
    FROM c360.tenants AS known
    CROSS JOIN LATERAL jsonb_populate_record(known.*, jsonb_strip_nulls(p_document) - ARRAY['tenant', 'schema_name']) AS given
    WHERE known.tenant = p_tenant
      AND tenant.tenant = known.tenant
      AND (
          given.display_name, given.default_country, given.default_currency, given.time_zone, given.date_order,
          given.email_ignores_tags, given.email_ignores_dots, given.max_cluster_size, given.keeps_erased_out,
          given.shown_properties, given.ip, given.session_minutes, given.auto_sync
      ) IS DISTINCT FROM (
          known.display_name, known.default_country, known.default_currency, known.time_zone, known.date_order,
          known.email_ignores_tags, known.email_ignores_dots, known.max_cluster_size, known.keeps_erased_out,
          known.shown_properties, known.ip, known.session_minutes, known.auto_sync
      );
END;
$$;

COMMENT ON FUNCTION c360._apply_tenant_properties(text, jsonb) IS
    'Changes the properties of a tenant, such as country and date order, where the document gives another.';
