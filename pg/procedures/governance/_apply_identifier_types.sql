-- Adds the listed identifier types of a tenant, or changes them to what is listed, each row given whole. Safe to repeat;
-- unchanged rows stay untouched. NULL lists nothing.

CREATE OR REPLACE FUNCTION c360._apply_identifier_types(
    p_tenant text,
    p_rows   jsonb
)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO c360.identifier_types AS known (
        tenant, identifier_type, normaliser, priority, profile_limit, person_limit, is_exclusive, is_definitive, is_strong,
        is_matched, is_masked, description
    )
    SELECT
        p_tenant, given.identifier_type, given.normaliser, given.priority, given.profile_limit,
        given.person_limit, given.is_exclusive, given.is_definitive, given.is_strong, given.is_matched, given.is_masked,
        given.description
    FROM jsonb_populate_recordset(NULL::c360.identifier_types, p_rows) AS given
    ON CONFLICT (tenant, identifier_type) DO UPDATE
    SET normaliser = excluded.normaliser,
        priority = excluded.priority,
        profile_limit = excluded.profile_limit,
        person_limit = excluded.person_limit,
        is_exclusive = excluded.is_exclusive,
        is_definitive = excluded.is_definitive,
        is_strong = excluded.is_strong,
        is_matched = excluded.is_matched,
        is_masked = excluded.is_masked,
        description = excluded.description
    WHERE to_jsonb(known.*) - 'created_at' <> to_jsonb(excluded.*) - 'created_at';
$$;

COMMENT ON FUNCTION c360._apply_identifier_types(text, jsonb) IS
    'Adds or changes the listed identifier types of a tenant.';
