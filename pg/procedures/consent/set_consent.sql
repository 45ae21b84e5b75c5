-- Keeps a yes or no of a person that reached the tenant another way: by telephone, on paper. It hangs on the observation that holds the
-- identifier, so that it follows merge and split. A yes holds for all records that are this person now, and needs a proof; a no holds
-- until the record that has the identifier, or somebody here, says yes. p_said_at: when, now by default. p_dry_run changes nothing.
-- Answers {profile_id, purpose, before, after, dry_run}, each {is_allowed, state, since}. A repeat keeps one statement a day.
-- Raises: U2404 profile_not_found, U2405 identifier_type_unknown, U2502 person_unclear, U2511 consent_purpose_not_found,
-- U2512 consent_invalid, U4404 tenant_not_found, U4423 tenant_suspended, U4424 time_out_of_bounds (U2399 dry_run_ends stays inside)

CREATE OR REPLACE FUNCTION c360.set_consent(
    p_tenant          text,
    p_identifier_type text,
    p_value           text,
    p_purpose         text,
    p_is_granted      boolean,
    p_proof           text DEFAULT '',
    p_text_version    text DEFAULT '',
    p_said_at         timestamptz DEFAULT NULL,
    p_dry_run         boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_said_at timestamptz := c360._checked_time('p_said_at', coalesce(p_said_at, now()));
    v_found   record;
    v_before  jsonb;
    v_after   jsonb;
    v_problem text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_purpose_declared(p_tenant, p_purpose);

    v_problem := CASE
        WHEN p_is_granted IS NULL THEN 'it is neither a yes nor a no'
        WHEN v_said_at > now() THEN 'it was not said yet'
        WHEN length(p_proof) > 1000 THEN 'the proof is longer than 1,000 characters'
        WHEN length(p_text_version) > 100 THEN 'the version of the text is longer than 100 characters'
        WHEN p_is_granted AND btrim(coalesce(p_proof, '')) = '' THEN 'a yes that is set needs a proof'
    END;
    IF v_problem IS NOT NULL THEN
        RAISE EXCEPTION 'the consent cannot be kept: %', v_problem
            USING ERRCODE = 'U2512',
                  HINT = 'Say true or false, a time that is not to come, and for a yes how it is known, such as the number of the form.';
    END IF;

    PERFORM c360._hold_off_erasure();
    SELECT * INTO v_found FROM c360._find_profile(p_tenant, p_identifier_type, p_value);
    IF v_found.candidate_count > 1 THEN
        RAISE EXCEPTION '% golden records hold this %', v_found.candidate_count, p_identifier_type
            USING ERRCODE = 'U2502',
                  HINT = 'Say which is meant by its id: profile_id.';
    END IF;

    v_before := c360._shown_consent_state(p_tenant, v_found.master_profile_id, p_purpose);
    -- A subtransaction, so that a dry run leaves nothing.
    BEGIN
        PERFORM c360._note_consents(p_tenant, ARRAY[ROW(
            c360._speaking_observation(p_tenant, v_found.master_profile_id, p_identifier_type, p_value),
            p_purpose,
            p_is_granted,
            v_said_at,
            'c360',
            'set',
            coalesce(p_proof, ''),
            coalesce(p_text_version, ''),
            c360._actor(),
            p_is_granted
        )::c360.consent_statement]);
        v_after := c360._shown_consent_state(p_tenant, v_found.master_profile_id, p_purpose);
        IF p_dry_run THEN
            RAISE EXCEPTION 'a dry run ends here'
                USING ERRCODE = 'U2399';
        END IF;
    EXCEPTION
        WHEN SQLSTATE 'U2399' THEN
            NULL;
    END;

    RETURN jsonb_build_object(
        'profile_id', v_found.master_profile_id,
        'purpose', p_purpose,
        'before', v_before,
        'after', v_after,
        'dry_run', coalesce(p_dry_run, false)
    );
END;
$$;

COMMENT ON FUNCTION c360.set_consent(text, text, text, text, boolean, text, text, timestamptz, boolean) IS
    'Keeps a yes or no of a person to a purpose; answers what held before and what holds now.';
