-- The purposes of a tenant, also those that touchpoints send and nobody declared: is_declared false, they allow nothing. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.list_consent_purposes(p_tenant text)
    RETURNS TABLE (
        purpose            text,
        is_declared        boolean,
        title              text,
        description        text,
        basis              text,
        allows_by_default  boolean,
        channels           text[],
        text_version       text,
        first_said_at      timestamptz
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
        coalesce(stated.purpose, named.purpose),
        stated.purpose IS NOT NULL,
        stated.title,
        stated.description,
        stated.basis,
        stated.allows_by_default,
        stated.channels,
        stated.text_version,
        named.first_said_at
    FROM (SELECT own.* FROM c360.consent_purposes AS own WHERE own.tenant = p_tenant) AS stated
    FULL JOIN cdp_consent_names AS named ON named.purpose = stated.purpose
    ORDER BY
        stated.purpose IS NULL,
        coalesce(stated.purpose, named.purpose) COLLATE "C";
END;
$$;

COMMENT ON FUNCTION c360.list_consent_purposes(text) IS
    'The purposes of a tenant, declared or only said something to.';
