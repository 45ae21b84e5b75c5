-- Says whether a comparison of the scored rule looks at masked values: at an attribute or an identifier type that is masked.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._is_masked_comparison(
    p_tenant     text,
    p_comparison jsonb
)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(p_comparison ->> 'identifier_type' = ANY (c360._masked_identifier_types(p_tenant)), false)
        OR EXISTS (
            SELECT
            FROM c360._masked_attributes(p_tenant) AS hidden
            WHERE p_comparison -> 'attributes' ? hidden.attribute
        );
$$;

COMMENT ON FUNCTION c360._is_masked_comparison(text, jsonb) IS
    'Whether a comparison of the scored rule looks at masked values.';
