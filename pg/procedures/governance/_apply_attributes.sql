-- Adds the listed attributes of a tenant, or changes them to what is listed, each row given whole. Safe to repeat;
-- unchanged rows stay untouched. NULL lists nothing.

CREATE OR REPLACE FUNCTION c360._apply_attributes(
    p_tenant text,
    p_rows   jsonb
)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO c360.profile_attributes AS known (
        tenant, attribute, data_type, attribute_group, pii_class, identifier_type, trait_paths, normaliser,
        survivorship, source_priority, maintained_by, is_indexed, is_masked, status, "position", description
    )
    SELECT
        p_tenant, given.attribute, given.data_type, given.attribute_group, given.pii_class, given.identifier_type,
        given.trait_paths, given.normaliser, given.survivorship, given.source_priority, given.maintained_by,
        given.is_indexed, given.is_masked, given.status, given."position", given.description
    FROM jsonb_populate_recordset(NULL::c360.profile_attributes, p_rows) AS given
    ON CONFLICT (tenant, attribute) DO UPDATE
    SET data_type = excluded.data_type,
        attribute_group = excluded.attribute_group,
        pii_class = excluded.pii_class,
        identifier_type = excluded.identifier_type,
        trait_paths = excluded.trait_paths,
        normaliser = excluded.normaliser,
        survivorship = excluded.survivorship,
        source_priority = excluded.source_priority,
        maintained_by = excluded.maintained_by,
        is_indexed = excluded.is_indexed,
        is_masked = excluded.is_masked,
        status = excluded.status,
        "position" = excluded."position",
        description = excluded.description
    WHERE to_jsonb(known.*) - ARRAY['created_at', 'is_identifier'] <> to_jsonb(excluded.*) - ARRAY['created_at', 'is_identifier'];
$$;

COMMENT ON FUNCTION c360._apply_attributes(text, jsonb) IS
    'Adds or changes the listed attributes of a tenant.';
