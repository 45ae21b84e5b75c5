-- Adds the listed purposes of a tenant, or changes them to what is listed, [{purpose, title, description, basis, allows_by_default, channels,
-- text_version}], each given whole. Safe to repeat; unchanged rows stay untouched. NULL lists nothing.
-- Raises: U2510 consent_purpose_invalid; U4419 metadata_limit

CREATE OR REPLACE FUNCTION c360._apply_consent_purposes(p_tenant text, p_rows jsonb)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO c360.consent_purposes AS known (
        tenant,
        purpose,
        title,
        description,
        basis,
        allows_by_default,
        channels,
        text_version
    )
    SELECT
        p_tenant,
        given.purpose,
        coalesce(given.title, ''),
        coalesce(given.description, ''),
        coalesce(given.basis, 'consent'),
        coalesce(given.allows_by_default, false),
        coalesce(given.channels, '{}'),
        coalesce(given.text_version, '')
    FROM jsonb_to_recordset(p_rows) AS given (
        purpose text, title text, description text, basis text, allows_by_default boolean, channels text[], text_version text
    )
    ORDER BY given.purpose
    ON CONFLICT (tenant, purpose) DO UPDATE
    SET title = excluded.title,
        description = excluded.description,
        basis = excluded.basis,
        allows_by_default = excluded.allows_by_default,
        channels = excluded.channels,
        text_version = excluded.text_version
    WHERE (known.title, known.description, known.basis, known.allows_by_default, known.channels, known.text_version)
        IS DISTINCT FROM (excluded.title, excluded.description, excluded.basis, excluded.allows_by_default, excluded.channels, excluded.text_version);
EXCEPTION
    WHEN check_violation OR not_null_violation THEN
        RAISE EXCEPTION 'a purpose cannot be right'
            USING ERRCODE = 'U2510',
                  DETAIL = SQLERRM,
                  HINT = 'A purpose has a name of letters, digits, _, . and -, and a basis: consent, contract, legal_obligation, vital_interests, '
                      'public_task or legitimate_interests; on the basis consent nothing is allowed by default.';
END;
$$;

COMMENT ON FUNCTION c360._apply_consent_purposes(text, jsonb) IS
    'Adds or changes the listed purposes of a tenant.';
