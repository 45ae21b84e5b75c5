-- The attributes of a tenant whose values people see masked: those called masked, and those that hold identifiers of a type
-- that is masked. Retired ones count: what they held is in history and events still. The one place that knows; the views of
-- a tenant are rendered by the same rule. Reads only.

CREATE OR REPLACE FUNCTION c360._masked_attributes(p_tenant text)
    RETURNS TABLE (attribute text, data_type text, trait_paths text[])
    LANGUAGE sql
    STABLE
AS $$
    SELECT
        described.attribute,
        described.data_type,
        described.trait_paths
    FROM c360.profile_attributes AS described
    WHERE described.tenant = p_tenant
      AND (
          described.is_masked
          -- Asked once, not for every attribute.
          OR described.identifier_type = ANY ((SELECT c360._masked_identifier_types(p_tenant))::text[])
      );
$$;

COMMENT ON FUNCTION c360._masked_attributes(text) IS
    'Attributes whose values people see masked: called masked, or identifiers of a masked type.';
