-- Whether a feature of a model of leads would tell the value of a masked attribute. Reads only.

CREATE OR REPLACE FUNCTION c360._lead_feature_is_masked(p_tenant text, p_feature jsonb)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT
        FROM c360._masked_attributes(p_tenant) AS hidden
        WHERE hidden.attribute = p_feature ->> 'attribute'
    );
$$;

COMMENT ON FUNCTION c360._lead_feature_is_masked(text, jsonb) IS
    'Whether a feature of a model of leads is about a masked attribute.';
