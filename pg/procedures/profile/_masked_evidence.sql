-- Evidence of a link or a merge with its values hidden where their identifier types are masked. Raises nothing.

CREATE OR REPLACE FUNCTION c360._masked_evidence(
    p_tenant   text,
    p_evidence jsonb
)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
AS $$
    SELECT p_evidence || coalesce(jsonb_object_agg(named.value_key, c360._masked_value(p_evidence -> named.value_key)), '{}')
    FROM (
        VALUES
            ('identifier_type', 'value'),
            ('survivor_identifier_type', 'survivor_value')
    ) AS named (type_key, value_key)
    JOIN c360.identifier_types AS kind
        ON kind.tenant = p_tenant
        AND kind.identifier_type = split_part(p_evidence ->> named.type_key, ':', 1)
    WHERE kind.is_masked;
$$;

COMMENT ON FUNCTION c360._masked_evidence(text, jsonb) IS
    'Evidence of a link or a merge as people may see it.';
