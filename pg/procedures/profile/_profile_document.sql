-- What a row of cdp_master_profiles or cdp_profile_metrics says about the person: its attributes without keys and
-- bookkeeping, absent ones left out. Raises nothing.

CREATE OR REPLACE FUNCTION c360._profile_document(p_row jsonb)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT jsonb_strip_nulls(
        p_row - ARRAY[
            'master_profile_id', 'founding_raw_profile_id', 'version', 'status', 'merged_into', 'attribute_sources',
            'created_at', 'updated_at', 'refreshed_at'
        ]
    );
$$;

COMMENT ON FUNCTION c360._profile_document(jsonb) IS
    'The attributes in a row of a golden record, without keys, bookkeeping and NULL.';
