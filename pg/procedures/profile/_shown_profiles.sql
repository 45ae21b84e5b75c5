-- Golden records as people and receivers see them: attributes and metrics in one document, masked ones hidden.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._shown_profiles(
    p_tenant             text,
    p_master_profile_ids uuid[]
)
    RETURNS TABLE (master_profile_id uuid, version integer, status text, updated_at timestamptz, profile jsonb)
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
    v_masks  jsonb := c360._masks(p_tenant);
    v_masked text[] := ARRAY(SELECT jsonb_object_keys(v_masks));
BEGIN
    RETURN QUERY
    SELECT
        golden.master_profile_id,
        golden.version,
        golden.status,
        golden.updated_at,
        CASE WHEN full_record.document ?| v_masked THEN c360._masked_members(full_record.document, v_masks) ELSE full_record.document END
    FROM cdp_master_profiles AS golden
    LEFT JOIN cdp_profile_metrics AS metrics ON metrics.master_profile_id = golden.master_profile_id
    CROSS JOIN LATERAL (
        SELECT c360._profile_document(to_jsonb(golden.*)) || coalesce(c360._profile_document(to_jsonb(metrics.*)), '{}') AS document
        OFFSET 0
    ) AS full_record
    WHERE golden.master_profile_id = ANY (p_master_profile_ids);
END;
$$;

COMMENT ON FUNCTION c360._shown_profiles(text, uuid[]) IS
    'Documents of golden records with metrics, masked attributes hidden.';
