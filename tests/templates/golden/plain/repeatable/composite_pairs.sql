-- Pairs that the composite match rules of this tenant make of observations with all others, each pair once a rule, whichever
-- of the two came first. Compared is what shares a key; the keys are written on the way, and a key that more observations
-- hold than its rule allows makes no pairs. Safe to repeat. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_plain.composite_pairs(p_raw_profile_ids bigint[])
    RETURNS TABLE (low_raw_profile_id bigint, high_raw_profile_id bigint, rule text, verdict text, score real, levels smallint[])
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_plain, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET enable_seqscan = off
    SET jit = off
    SET timezone = 'UTC'
AS $$
#variable_conflict use_column
BEGIN
END;
$$;

COMMENT ON FUNCTION tenant_plain.composite_pairs(bigint[]) IS
    'Pairs that the composite match rules of this tenant make of observations with all others.';
