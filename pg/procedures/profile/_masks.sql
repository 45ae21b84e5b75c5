-- The masked attributes of a tenant as _masked_members() takes them: {attribute: data type}. Raises nothing.

CREATE OR REPLACE FUNCTION c360._masks(p_tenant text)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
AS $$
    SELECT coalesce(jsonb_object_agg(hidden.attribute, hidden.data_type), '{}')
    FROM c360._masked_attributes(p_tenant) AS hidden;
$$;

COMMENT ON FUNCTION c360._masks(text) IS
    'Masked attributes of a tenant with their data types.';
