-- An observation as people may see it: where it comes from, its golden record, its identifiers as sent and as compared, what
-- it says in standard form; masked values hidden. NULL when there is none. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._observation(
    p_tenant         text,
    p_raw_profile_id bigint
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    RETURN (
        SELECT jsonb_build_object(
            'raw_profile_id', raw.raw_profile_id,
            'profile_id', link.master_profile_id,
            'source', raw.source,
            'observed_at', raw.observed_at,
            'identifiers', c360._compared_identifiers(p_tenant, raw.raw_profile_id),
            'attributes', c360._masked_document(p_tenant, coalesce(standard.attributes, '{}'))
        )
        FROM cdp_raw_profiles AS raw
        LEFT JOIN cdp_profile_links AS link ON link.raw_profile_id = raw.raw_profile_id
        LEFT JOIN cdp_standard_profiles AS standard ON standard.raw_profile_id = raw.raw_profile_id
        WHERE raw.raw_profile_id = p_raw_profile_id
    );
END;
$$;

COMMENT ON FUNCTION c360._observation(text, bigint) IS
    'An observation with its identifiers and what it says, masked values hidden.';
