-- The statements of a person with what proves them and who set them, the latest 1,000 first. For those who have to show it. Reads only.
-- Raises: U2404 profile_not_found, U2405 identifier_type_unknown, U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.consent_proofs(
    p_tenant          text,
    p_identifier_type text,
    p_value           text,
    p_purpose         text DEFAULT NULL
)
    RETURNS TABLE (
        consent_id     bigint,
        purpose        text,
        is_granted     boolean,
        first_said_at  timestamptz,
        last_said_at   timestamptz,
        source         text,
        method         text,
        basis          text,
        text_version   text,
        actor          text,
        proof          text
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        said.consent_id,
        said.purpose,
        said.is_granted,
        said.first_said_at,
        said.last_said_at,
        said.source,
        said.method,
        said.basis,
        said.text_version,
        said.actor,
        said.proof
    FROM c360._find_profile(p_tenant, p_identifier_type, p_value) AS found
    JOIN cdp_profile_links AS link ON link.master_profile_id = found.master_profile_id
    JOIN cdp_consents AS said ON said.raw_profile_id = link.raw_profile_id
    WHERE p_purpose IS NULL
       OR said.purpose = p_purpose
    ORDER BY
        said.last_said_at DESC,
        said.consent_id DESC
    LIMIT 1000;
END;
$$;

COMMENT ON FUNCTION c360.consent_proofs(text, text, text, text) IS
    'The statements of a person with what proves them.';
