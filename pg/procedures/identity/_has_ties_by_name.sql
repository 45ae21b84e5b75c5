-- Whether a tenant has ties that yield to names: identifiers that are neither exclusive nor definitive and about which no model
-- decides, or pairs of rules that do not score. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._has_ties_by_name(p_tenant text)
    RETURNS boolean
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
AS $$
BEGIN
    RETURN EXISTS (
        SELECT
        FROM c360.identifier_types AS kind
        WHERE kind.tenant = p_tenant
          AND NOT kind.is_exclusive
          AND NOT kind.is_definitive
          AND NOT kind.identifier_type = ANY (coalesce(c360._decided_types(p_tenant), '{}'))
    ) OR EXISTS (
        SELECT
        FROM c360.match_rules AS matched
        WHERE matched.tenant = p_tenant
          AND matched.kind <> 'scored'
    );
END;
$$;

COMMENT ON FUNCTION c360._has_ties_by_name(text) IS
    'Whether there are ties of a tenant that names of different persons stand against.';
