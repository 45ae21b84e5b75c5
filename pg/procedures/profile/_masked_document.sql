-- A profile document with the attributes that the tenant's metadata calls masked hidden. Raises nothing.

CREATE OR REPLACE FUNCTION c360._masked_document(
    p_tenant   text,
    p_document jsonb
)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
AS $$
    SELECT p_document || coalesce(
        (
            SELECT jsonb_object_agg(hidden.attribute, c360._masked_value(p_document -> hidden.attribute, hidden.data_type))
            FROM c360.profile_attributes AS hidden
            WHERE hidden.tenant = p_tenant
              AND hidden.is_masked
              AND p_document ? hidden.attribute
        ),
        '{}'
    );
$$;

COMMENT ON FUNCTION c360._masked_document(text, jsonb) IS
    'A profile document as people and receivers may see it.';
