-- What a person said to which purposes and what holds: {profile_id, candidates, purposes: [{purpose, title, basis, is_declared, is_allowed, state,
-- since}], history: [...]}, the latest 1,000 statements first. Without the proofs, which consent_proofs() shows. p_identifier_type
-- 'profile_id' takes the id of a golden record and follows its redirect. Reads only.
-- Raises: U2404 profile_not_found, U2405 identifier_type_unknown, U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.consents(
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
DECLARE
    v_found record;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    SELECT * INTO v_found FROM c360._find_profile(p_tenant, p_identifier_type, p_value);

    RETURN jsonb_build_object(
        'profile_id', v_found.master_profile_id,
        'candidates', v_found.candidate_count,
        'purposes', (
            SELECT coalesce(jsonb_agg(
                jsonb_build_object(
                    'purpose', held.purpose,
                    'title', stated.title,
                    'basis', stated.basis,
                    'is_declared', stated.purpose IS NOT NULL,
                    'is_allowed', held.is_allowed,
                    'state', held.state,
                    'since', held.since
                )
                ORDER BY held.purpose
            ), '[]')
            FROM c360._consent_states(p_tenant, ARRAY[v_found.master_profile_id]) AS held
            LEFT JOIN c360.consent_purposes AS stated
                ON stated.tenant = p_tenant
                AND stated.purpose = held.purpose
        ),
        'history', (
            SELECT coalesce(jsonb_agg(to_jsonb(listed.*) ORDER BY listed.last_said_at DESC, listed.consent_id DESC), '[]')
            FROM (
                SELECT
                    said.consent_id,
                    said.raw_profile_id,
                    said.purpose,
                    said.is_granted,
                    said.first_said_at,
                    said.last_said_at,
                    said.said_count,
                    said.recorded_at,
                    said.source,
                    said.method,
                    said.basis,
                    said.text_version,
                    said.is_of_person,
                    said.proof <> '' AS has_proof
                FROM cdp_consents AS said
                JOIN cdp_profile_links AS link ON link.raw_profile_id = said.raw_profile_id
                WHERE link.master_profile_id = v_found.master_profile_id
                ORDER BY
                    said.last_said_at DESC,
                    said.consent_id DESC
                LIMIT 1000
            ) AS listed
        )
    );
END;
$$;

COMMENT ON FUNCTION c360.consents(text, text, text) IS
    'What a person said to which purposes and what holds, without the proofs.';
