-- The answer of c360.profile for a tenant whose search_path is set: for callers that have authenticated in another way.
-- Raises: U2404 profile_not_found, U2405 identifier_type_unknown

CREATE OR REPLACE FUNCTION c360._profile(
    p_tenant          text,
    p_identifier_type text,
    p_value           text
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_id         uuid;
    v_requested  uuid;
    v_candidates bigint;
    v_traits     jsonb;
BEGIN
    SELECT
        found.master_profile_id,
        found.requested_id,
        found.candidate_count
    INTO
        v_id,
        v_requested,
        v_candidates
    FROM c360._find_profile(p_tenant, p_identifier_type, p_value) AS found;

    v_traits := c360._shown_traits(p_tenant, v_id);

    RETURN (
        SELECT
            -- An attribute of that name is the tenant's own.
            CASE WHEN v_traits IS NULL THEN '{}' ELSE jsonb_build_object('computed_traits', v_traits) END
            || shown.profile
            || jsonb_build_object(
                'profile_id', shown.master_profile_id,
                'redirected', coalesce(v_requested <> v_id, false),
                'version', shown.version,
                'status', shown.status,
                'updated_at', shown.updated_at,
                'identifiers', c360._profile_identifiers(p_tenant, v_id),
                'last_events', c360._last_events(p_tenant, v_id, 10)
            )
            || CASE WHEN v_requested IS NULL THEN '{}' ELSE jsonb_build_object('requested_id', v_requested) END
            || CASE WHEN v_candidates > 1 THEN jsonb_build_object('candidates', v_candidates) ELSE '{}' END
        FROM c360._shown_profiles(p_tenant, ARRAY[v_id]) AS shown
    );
END;
$$;

COMMENT ON FUNCTION c360._profile(text, text, text) IS
    'The golden record for an identifier in the tenant that search_path points at.';
