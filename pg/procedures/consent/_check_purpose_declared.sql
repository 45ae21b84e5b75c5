-- Refuses a purpose that the tenant has not declared. Reads only.
-- Raises: U2511 consent_purpose_not_found

CREATE OR REPLACE FUNCTION c360._check_purpose_declared(p_tenant text, p_purpose text)
    RETURNS void
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT
        FROM c360.consent_purposes AS stated
        WHERE stated.tenant = p_tenant
          AND stated.purpose = p_purpose
    ) THEN
        RAISE EXCEPTION 'tenant "%" has declared no purpose "%"', p_tenant, left(coalesce(p_purpose, 'NULL'), 100)
            USING ERRCODE = 'U2511',
                  DETAIL = format(
                      'Declared are: %s.',
                      coalesce(
                          (
                              SELECT string_agg(stated.purpose, ', ' ORDER BY stated.purpose)
                              FROM c360.consent_purposes AS stated
                              WHERE stated.tenant = p_tenant
                          ),
                          'none'
                      )
                  ),
                  HINT = 'Declare it: c360 consent declare, or consents in the file of the tenant.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_purpose_declared(text, text) IS
    'Refuses a purpose that the tenant has not declared.';
