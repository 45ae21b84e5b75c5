-- Keys under which the composite match rules of this tenant find candidates: of each observation and rule the values that
-- have to be equal, or sound alike, as one checksum. An observation that says too little for a rule has no key.
-- Reads only, raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.composite_keys(p_raw_profile_ids bigint[])
    RETURNS TABLE (rule text, key text, raw_profile_id bigint)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, tenant_full, pg_temp
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
        FROM tenant_full.cdp_standard_profiles AS own
        WHERE own.raw_profile_id = wanted.raw_profile_id
        OFFSET 0
    ) AS said
    CROSS JOIN LATERAL (
        SELECT
            'every_comparison' AS rule,
            c360._match_key('every_comparison', ARRAY[said.attributes ->> 'of_type_date', sound_1.code]) AS key
        FROM (VALUES (1)) AS once (number)
        CROSS JOIN LATERAL unnest(c360._sounds(c360.normalise_words(said.attributes ->> 'as_name'))) AS sound_1 (code)
        UNION ALL
        SELECT
            'same_birth_day' AS rule,
            c360._match_key('same_birth_day', ARRAY[said.attributes ->> 'born']) AS key
        FROM (VALUES (1)) AS once (number)
        UNION ALL
        SELECT
            NULL::text,
            NULL::text
    ) AS made (rule, key)
    WHERE made.key IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION tenant_full.composite_keys(bigint[]) IS
    'Keys under which the composite match rules of this tenant find candidates.';
