-- What holds for one golden record and purpose: {is_allowed, state, since}. Trusts the search_path.

CREATE OR REPLACE FUNCTION c360._shown_consent_state(p_tenant text, p_master_profile_id uuid, p_purpose text)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
AS $$
    SELECT jsonb_build_object('is_allowed', held.is_allowed, 'state', held.state, 'since', held.since)
    FROM c360._consent_states(p_tenant, ARRAY[p_master_profile_id], p_purpose) AS held;
$$;

COMMENT ON FUNCTION c360._shown_consent_state(text, uuid, text) IS
    'What holds for one golden record and purpose.';
