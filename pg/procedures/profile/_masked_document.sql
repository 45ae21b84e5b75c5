-- A profile document of now or of the past with the attributes that the tenant's metadata calls masked hidden, and those it
-- does not know any more: nobody can say whether they were masked. Raises nothing.

CREATE OR REPLACE FUNCTION c360._masked_document(
    p_tenant   text,
    p_document jsonb
)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
AS $$
    SELECT c360._masked_members(p_document, c360._masks(p_tenant)) || coalesce(
        (
            SELECT jsonb_object_agg(member.name, '****'::text)
            FROM jsonb_object_keys(p_document) AS member (name)
            WHERE NOT EXISTS (
                SELECT
                FROM c360.profile_attributes AS known
                WHERE known.tenant = p_tenant
                  AND known.attribute = member.name
            )
        ),
        '{}'
    );
$$;

COMMENT ON FUNCTION c360._masked_document(text, jsonb) IS
    'A profile document as people and receivers may see it.';
