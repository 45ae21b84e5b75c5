-- Answers the golden record of a person by any identifier ('email', 'user_id' ...) or by 'profile_id', with its
-- identifiers and last events. The id of a record that was merged answers with its survivor ("redirected": true).
-- Where a value is contested, "candidates" says how many golden records hold it. Masked values are shown masked.
-- Raises: U2404 profile_not_found, U2405 identifier_type_unknown, U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.profile(
    p_tenant          text,
    p_identifier_type text,
    p_value           text
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN c360._profile(p_tenant, p_identifier_type, p_value);
END;
$$;

COMMENT ON FUNCTION c360.profile(text, text, text) IS
    'The golden record for an identifier, with all identifiers and the last events; follows redirects of merged ids.';
