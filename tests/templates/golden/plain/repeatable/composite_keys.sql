-- Keys under which the composite match rules of this tenant find candidates: of each observation and rule the values that
-- have to be equal, or sound alike, as one checksum. An observation that says too little for a rule has no key.
-- Reads only, raises nothing.
CREATE OR REPLACE FUNCTION tenant_plain.composite_keys(p_raw_profile_ids bigint[])
    RETURNS TABLE (rule text, key text, raw_profile_id bigint)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, tenant_plain, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET jit = off
    SET timezone = 'UTC'
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT DISTINCT
        made.rule,
        made.key,
        said.raw_profile_id
    FROM unnest(p_raw_profile_ids) AS wanted (raw_profile_id)
    CROSS JOIN LATERAL (
        SELECT own.*
        FROM tenant_plain.cdp_standard_profiles AS own
        WHERE own.raw_profile_id = wanted.raw_profile_id
        OFFSET 0
    ) AS said
    CROSS JOIN LATERAL (
        SELECT
            NULL::text,
            NULL::text
    ) AS made (rule, key)
    WHERE made.key IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION tenant_plain.composite_keys(bigint[]) IS
    'Keys under which the composite match rules of this tenant find candidates.';
