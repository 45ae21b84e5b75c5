-- An identifier value in the form the tenant compares it in. Raises: U2405 identifier_type_unknown

CREATE OR REPLACE FUNCTION c360._normalised_identifier(
    p_tenant          text,
    p_identifier_type text,
    p_value           text
)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_known record;
BEGIN
    SELECT
        kind.normaliser,
        tenant.default_country,
        tenant.email_ignores_tags,
        tenant.email_ignores_dots
    INTO v_known
    FROM c360.identifier_types AS kind
    JOIN c360.tenants AS tenant USING (tenant)
    WHERE kind.tenant = p_tenant
      AND kind.identifier_type = split_part(p_identifier_type, ':', 1);

    IF NOT FOUND THEN
        RAISE EXCEPTION 'tenant "%" has no identifier type "%"', p_tenant, left(p_identifier_type, 100)
            USING ERRCODE = 'U2405',
                  HINT = 'Take profile_id or one of the types in c360.identifier_types, such as email or user_id.';
    END IF;

    RETURN CASE v_known.normaliser
        WHEN 'email' THEN c360._mailbox(c360.normalise_email(p_value), v_known.email_ignores_tags, v_known.email_ignores_dots)
        WHEN 'phone' THEN c360.normalise_phone(p_value, v_known.default_country)
        WHEN 'document' THEN c360.normalise_document(p_value)
        ELSE c360.normalise_id(p_value)
    END;
END;
$$;

COMMENT ON FUNCTION c360._normalised_identifier(text, text, text) IS
    'The comparable form of an identifier value in a tenant.';
