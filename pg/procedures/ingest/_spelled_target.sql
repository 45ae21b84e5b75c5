-- The trait or identifier a target of an import names, spelled the long way; NULL where nobody knows it. Reads only.

CREATE OR REPLACE FUNCTION c360._spelled_target(p_tenant text, p_target text)
    RETURNS text
    LANGUAGE sql
    STABLE
AS $$
    SELECT CASE
        WHEN p_target ~ '^traits\.[^.]+(\.[^.]+){0,9}$' AND length(p_target) <= 200 THEN p_target
        WHEN p_target ~ '^identifiers\.[a-z][a-z0-9_]{0,40}(:\S{1,60})?$' THEN (
            SELECT p_target
            FROM c360.identifier_types AS kind
            WHERE kind.tenant = p_tenant
              AND 'identifiers.' || kind.identifier_type = split_part(p_target, ':', 1)
        )
        ELSE coalesce(
            (
                SELECT 'traits.' || p_target
                FROM c360.profile_attributes AS attribute
                WHERE attribute.tenant = p_tenant
                  AND attribute.status = 'active'
                  AND p_target = ANY (attribute.trait_paths)
                LIMIT 1
            ),
            (
                SELECT 'traits.' || attribute.trait_paths[1]
                FROM c360.profile_attributes AS attribute
                WHERE attribute.tenant = p_tenant
                  AND attribute.status = 'active'
                  AND attribute.attribute = p_target
            ),
            (
                SELECT 'identifiers.' || p_target
                FROM c360.identifier_types AS kind
                WHERE kind.tenant = p_tenant
                  AND kind.identifier_type = split_part(p_target, ':', 1)
                  AND p_target ~ '^[a-z0-9_]+(:\S{1,60})?$'
            )
        )
    END;
$$;

COMMENT ON FUNCTION c360._spelled_target(text, text) IS
    'The trait or identifier a target names, spelled the long way.';
