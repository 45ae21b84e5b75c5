-- A document with some of its members hidden: p_masks has their names, each with the data type of its attribute. For those who
-- mask many documents of one tenant, see _masked_document(). Raises nothing.

CREATE OR REPLACE FUNCTION c360._masked_members(
    p_document jsonb,
    p_masks    jsonb
)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT p_document || coalesce(
        (
            SELECT jsonb_object_agg(hidden.attribute, c360._masked_value(p_document -> hidden.attribute, hidden.data_type))
            FROM jsonb_each_text(p_masks) AS hidden (attribute, data_type)
            WHERE p_document ? hidden.attribute
        ),
        '{}'
    );
$$;

COMMENT ON FUNCTION c360._masked_members(jsonb, jsonb) IS
    'A document with the members named by masks hidden.';
