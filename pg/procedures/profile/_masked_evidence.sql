-- Evidence of a link with its value hidden where the identifier type is masked. Raises nothing.

CREATE OR REPLACE FUNCTION c360._masked_evidence(
    p_tenant   text,
    p_evidence jsonb
)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
AS $$
    SELECT CASE
        WHEN EXISTS (
            SELECT
            FROM c360.identifier_types AS kind
            WHERE kind.tenant = p_tenant
              AND kind.identifier_type = split_part(p_evidence ->> 'identifier_type', ':', 1)
              AND kind.is_masked
        ) THEN p_evidence || jsonb_build_object('value', c360._masked_value(p_evidence -> 'value'))
        ELSE p_evidence
    END;
$$;

COMMENT ON FUNCTION c360._masked_evidence(text, jsonb) IS
    'Evidence of a link as people may see it.';
