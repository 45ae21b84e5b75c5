-- What holds for golden records and a purpose, for programs that send: one row for each id, is_allowed first. state: granted or denied by
-- what the person said, default where nothing was said, unknown where there is no such golden record. p_purpose NULL: all purposes.
-- Ids that were merged away answer as their survivor does. Reads only.
-- Raises: U2511 consent_purpose_not_found, U4404 tenant_not_found, U4426 limit_out_of_bounds (more than 10,000 ids)

CREATE OR REPLACE FUNCTION c360.consent_state(
    p_tenant             text,
    p_master_profile_ids uuid[],
    p_purpose            text DEFAULT NULL
)
    RETURNS TABLE (master_profile_id uuid, purpose text, is_allowed boolean, state text, since timestamptz)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    IF cardinality(p_master_profile_ids) > 10000 THEN
        RAISE EXCEPTION '% golden records are too many at once', cardinality(p_master_profile_ids)
            USING ERRCODE = 'U4426',
                  HINT = 'Ask for at most 10,000, or read the view cdp_consent_state.';
    END IF;
    IF p_purpose IS NOT NULL THEN
        PERFORM c360._check_purpose_declared(p_tenant, p_purpose);
    END IF;

    RETURN QUERY
    SELECT
        held.master_profile_id,
        held.purpose,
        held.is_allowed,
        held.state,
        held.since
    FROM c360._consent_states(p_tenant, p_master_profile_ids, p_purpose) AS held
    ORDER BY
        held.master_profile_id,
        held.purpose;
END;
$$;

COMMENT ON FUNCTION c360.consent_state(text, uuid[], text) IS
    'What holds for golden records and a purpose: whether it is allowed, and why.';
