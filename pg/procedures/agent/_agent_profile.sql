-- What an agent is told of a golden record: {profile, masked, computed_traits}. profile is what readers see, without what is masked: those
-- attributes are only named. Left out are identifiers other than addresses and numbers to be reached by, which are the tenant's own business.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._agent_profile(p_tenant text, p_master_profile_id uuid)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_masked   text[] := ARRAY(SELECT hidden.attribute::text FROM c360._masked_attributes(p_tenant) AS hidden);
    v_internal text[] := ARRAY(
        SELECT held.attribute::text
        FROM c360.profile_attributes AS held
        WHERE held.tenant = p_tenant
          AND held.identifier_type <> ALL ('{email,phone}')
    );
BEGIN
    RETURN (
        SELECT jsonb_build_object(
            'profile', c360._brief_document(shown.profile - v_masked - v_internal),
            'masked', (
                SELECT coalesce(jsonb_agg(named.attribute ORDER BY named.attribute), '[]')
                FROM unnest(v_masked) AS named (attribute)
                WHERE shown.profile ? named.attribute
                  AND named.attribute <> ALL (v_internal)
            ),
            'computed_traits', c360._brief_document(coalesce(c360._shown_traits(p_tenant, p_master_profile_id), '{}'))
        )
        FROM c360._shown_profiles(p_tenant, ARRAY[p_master_profile_id]) AS shown
    );
END;
$$;

COMMENT ON FUNCTION c360._agent_profile(text, uuid) IS
    'What an agent is told of a golden record.';
