-- Keeps the person out: keyed hashes of their strong identifiers, by which observations are refused. Answers how many.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._suppress_person(p_tenant text, p_person c360.person, p_erasure_id bigint)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    v_key   bytea := c360._erasure_key();
    v_count bigint;
BEGIN
    INSERT INTO cdp_suppressions (identifier_hash, erasure_id)
    SELECT DISTINCT
        c360._identifier_hash(v_key, own.identifier_type, own.value),
        p_erasure_id
    FROM unnest(p_person.identifiers) AS own
    JOIN c360.identifier_types AS kind
        ON kind.tenant = p_tenant
        AND kind.identifier_type = split_part(own.identifier_type, ':', 1)
        AND c360._is_strong_value(kind.is_strong, kind.normaliser, own.value)
    JOIN c360.tenants AS tenant
        ON tenant.tenant = p_tenant
        AND tenant.keeps_erased_out
    ON CONFLICT (identifier_hash) DO NOTHING;
    GET DIAGNOSTICS v_count = ROW_COUNT;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._suppress_person(text, c360.person, bigint) IS
    'Notes the identifiers of an erased person as keyed hashes, so that observations with them are refused.';
