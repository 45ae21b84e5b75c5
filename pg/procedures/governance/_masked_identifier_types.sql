-- The identifier types of a tenant whose values people see masked: those called masked, and those an attribute of which is
-- called masked, because it is the same value; with user_id also the earlier ones that an alias names. Reads only.

CREATE OR REPLACE FUNCTION c360._masked_identifier_types(p_tenant text)
    RETURNS text[]
    LANGUAGE sql
    STABLE
AS $$
    SELECT coalesce(array_agg(DISTINCT shown.identifier_type ORDER BY shown.identifier_type), '{}')
    FROM c360.identifier_types AS kind
    CROSS JOIN LATERAL (
        SELECT kind.identifier_type
        UNION ALL
        SELECT 'previous_id'
        WHERE kind.identifier_type = 'user_id'
    ) AS shown
    WHERE kind.tenant = p_tenant
      AND (
          kind.is_masked
          OR EXISTS (
              SELECT
              FROM c360.profile_attributes AS described
              WHERE described.tenant = kind.tenant
                AND described.identifier_type = kind.identifier_type
                AND described.is_masked
          )
      );
$$;

COMMENT ON FUNCTION c360._masked_identifier_types(text) IS
    'Identifier types whose values people see masked: called masked themselves, or by one of their attributes.';
