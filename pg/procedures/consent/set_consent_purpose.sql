-- Declares a purpose for which the data of persons is used, or changes it. p_settings: {title, description, basis, allows_by_default,
-- channels, text_version}; what is left out has its default: basis consent, nothing allowed by default, any channel. Answers whether
-- anything changed; safe to repeat. p_dry_run checks it and changes nothing.
-- Raises: U2510 consent_purpose_invalid; U4404, U4423 of the tenant; U4419 metadata_limit (U2399 dry_run_ends stays inside)

CREATE OR REPLACE FUNCTION c360.set_consent_purpose(
    p_tenant   text,
    p_purpose  text,
    p_settings jsonb DEFAULT '{}',
    p_dry_run  boolean DEFAULT false
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_before  jsonb;
    v_after   jsonb;
    v_unknown text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    SELECT min(item.name)
    INTO v_unknown
    FROM jsonb_object_keys(CASE jsonb_typeof(p_settings) WHEN 'object' THEN p_settings ELSE '{"": null}' END) AS item (name)
    WHERE item.name NOT IN ('title', 'description', 'basis', 'allows_by_default', 'channels', 'text_version');

    IF v_unknown IS NOT NULL THEN
        RAISE EXCEPTION 'a purpose has no setting "%"', v_unknown
            USING ERRCODE = 'U2510',
                  HINT = 'Settings are an object of title, description, basis, allows_by_default, channels and text_version.';
    END IF;

    SELECT to_jsonb(stated.*) INTO v_before FROM c360.consent_purposes AS stated
    WHERE stated.tenant = p_tenant AND stated.purpose = p_purpose;

    -- A subtransaction, so that a dry run leaves nothing.
    BEGIN
        PERFORM c360._apply_consent_purposes(p_tenant, jsonb_build_array(p_settings || jsonb_build_object('purpose', p_purpose)));
        SELECT to_jsonb(stated.*) INTO v_after FROM c360.consent_purposes AS stated
        WHERE stated.tenant = p_tenant AND stated.purpose = p_purpose;
        IF p_dry_run THEN
            RAISE EXCEPTION 'a dry run ends here'
                USING ERRCODE = 'U2399';
        END IF;
    EXCEPTION
        WHEN SQLSTATE 'U2399' THEN
            NULL;
        WHEN invalid_text_representation OR datatype_mismatch OR invalid_parameter_value THEN
            RAISE EXCEPTION 'a setting of the purpose has a wrong type'
                USING ERRCODE = 'U2510',
                      DETAIL = SQLERRM,
                      HINT = 'channels is a list of texts, allows_by_default true or false, the others are texts.';
    END;

    RETURN v_before IS DISTINCT FROM v_after;
END;
$$;

COMMENT ON FUNCTION c360.set_consent_purpose(text, text, jsonb, boolean) IS
    'Declares or changes a purpose for which the data of persons is used. Returns whether anything changed.';
