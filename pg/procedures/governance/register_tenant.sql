-- Writes a new tenant down: its row, default identifier types, blocked values and attributes, and its roles. Its schema
-- is made by the first sync (c360 tenant create does both). Not safe to repeat: a second call is refused.
-- For the owner of c360 alone; granted to nobody.
-- Raises: U4409 tenant_exists, U4410 tenant_invalid

CREATE OR REPLACE FUNCTION c360.register_tenant(
    p_tenant           text,
    p_display_name     text DEFAULT NULL,
    p_default_country  text DEFAULT 'US',
    p_default_currency text DEFAULT 'USD',
    p_time_zone        text DEFAULT 'UTC'
)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_is_new boolean;
BEGIN
    PERFORM c360._check_tenant_settings(p_tenant, p_default_country, p_default_currency);
    PERFORM c360._check_time_zone(p_time_zone);

    BEGIN
        INSERT INTO c360.tenants (tenant, display_name, default_country, default_currency, time_zone, date_order)
        VALUES (
            p_tenant, coalesce(p_display_name, p_tenant), p_default_country, p_default_currency, p_time_zone,
            -- By CLDR; where the month comes first in one language of several, the day does here.
            CASE WHEN p_default_country IN ('US', 'PH', 'PR', 'GU', 'VI', 'AS', 'MP', 'UM', 'MH') THEN 'MDY' ELSE 'DMY' END
        )
        ON CONFLICT (tenant) DO NOTHING;
        v_is_new := FOUND;
    EXCEPTION
        WHEN check_violation THEN
            RAISE EXCEPTION 'the tenant cannot be registered: %', SQLERRM
                USING ERRCODE = 'U4410',
                      HINT = 'A name has 2 to 31 small letters, digits and _, beginning with a letter; '
                          'a country is two capital letters such as VN, a currency three such as VND.';
    END;

    IF NOT v_is_new THEN
        RAISE EXCEPTION 'tenant "%" exists already', p_tenant
            USING ERRCODE = 'U4409',
                  HINT = format('To bring its schema in line with its metadata: c360 tenant sync %s', p_tenant);
    END IF;

    INSERT INTO c360.identifier_types (
        tenant, identifier_type, normaliser, priority, profile_limit, is_exclusive, is_definitive, is_strong, is_masked,
        description
    )
    SELECT
        p_tenant, standard.identifier_type, standard.normaliser, standard.priority, standard.profile_limit,
        standard.is_exclusive, standard.is_definitive, standard.is_strong, standard.is_masked, standard.description
    FROM c360._default_identifier_types() AS standard;

    INSERT INTO c360.blocked_values (tenant, identifier_type, pattern, reason)
    SELECT p_tenant, standard.identifier_type, standard.pattern, standard.reason
    FROM c360._default_blocked_values() AS standard;

    INSERT INTO c360.profile_attributes (
        tenant, "position", attribute_group, attribute, data_type, pii_class, identifier_type, trait_paths, normaliser,
        survivorship, maintained_by, is_indexed, is_masked, description
    )
    SELECT
        p_tenant, standard."position", standard.attribute_group, standard.attribute, standard.data_type,
        standard.pii_class, standard.identifier_type, standard.trait_paths, standard.normaliser,
        standard.survivorship, standard.maintained_by, standard.is_indexed, standard.is_masked, standard.description
    FROM c360._default_attributes() AS standard;

    PERFORM c360._create_tenant_roles(p_tenant);
    PERFORM c360._name_early_members(p_tenant);
END;
$$;

COMMENT ON FUNCTION c360.register_tenant(text, text, text, text, text) IS
    'Writes a new tenant down with its default metadata and roles; the first sync makes its schema.';
