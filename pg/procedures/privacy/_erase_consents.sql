-- Removes what a person said to purposes, the proofs too: an erased person is kept out as a whole. Answers {table: rows}. Trusts the
-- search_path and that nobody records. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_consents(p_person c360.person)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_said       bigint;
    v_marks      bigint;
    v_objections bigint;
    v_told       bigint;
BEGIN
    IF to_regclass('cdp_consents') IS NULL THEN
        RETURN '{}';
    END IF;

    DELETE FROM cdp_consents AS said
    WHERE said.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_said = ROW_COUNT;

    DELETE FROM cdp_consent_marks AS mark
    WHERE mark.raw_profile_id = ANY (p_person.raw_profile_ids);
    GET DIAGNOSTICS v_marks = ROW_COUNT;

    IF to_regclass('cdp_consent_objections') IS NOT NULL THEN
        DELETE FROM cdp_consent_objections AS objection
        WHERE objection.raw_profile_id = ANY (p_person.raw_profile_ids);
        GET DIAGNOSTICS v_objections = ROW_COUNT;

        DELETE FROM cdp_consent_told AS told
        WHERE told.master_profile_id = ANY (p_person.master_profile_ids);
        GET DIAGNOSTICS v_told = ROW_COUNT;
    END IF;

    RETURN jsonb_strip_nulls(jsonb_build_object(
        'cdp_consents', v_said,
        'cdp_consent_marks', v_marks,
        'cdp_consent_objections', v_objections,
        'cdp_consent_told', v_told
    ));
END;
$$;

COMMENT ON FUNCTION c360._erase_consents(c360.person) IS
    'Removes what a person said to purposes.';
