-- What the scored match rule of this tenant compares and under which keys it looks, every default filled in; NULL when there
-- is no such rule. A model is trained for one recipe and rests while another is in force. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.match_recipe()
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN NULL::jsonb;
END;
$$;

COMMENT ON FUNCTION tenant_full.match_recipe() IS
    'What the scored match rule of this tenant compares and under which keys it looks for candidates.';

-- The pairs that some observations (p_own) make with others, weighed by a model, from where they say anything: with those of
-- p_every, which are scored together, from the lower one only; of all others with those that are linked. p_may_share gives half
-- of thousands to another process, if PostgreSQL has one to spare. Reads only, raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.weighed_candidates(
    p_match_model_id bigint,
    p_weights        double precision[],
    p_prior          double precision,
    p_own            bigint[],
    p_every          bigint[],
    p_is_sweep       boolean,
    p_may_share      boolean
)
    RETURNS TABLE (low_raw_profile_id bigint, high_raw_profile_id bigint, score real, levels smallint[])
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    COST 1000000
    SET search_path = pg_catalog, tenant_full, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET parallel_setup_cost = 1e9
    SET parallel_tuple_cost = 0
    SET enable_seqscan = off
    SET enable_mergejoin = off
    SET enable_hashagg = on
    SET work_mem = '128MB'
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN;
END;
$$;

COMMENT ON FUNCTION tenant_full.weighed_candidates(bigint, double precision[], double precision, bigint[], bigint[], boolean, boolean) IS
    'Pairs that share a blocking key, weighed by a model of the scored match rule.';

-- Scores observations by the active model: pairs with each other and with all that are linked and share a key, from where
-- they say anything. Keeps on the way what the observations say and their keys, so that later ones find them. With p_is_sweep
-- nothing is kept and each pair is found from its lower observation only: what scores a whole tenant, part by part.
-- Without a model for the recipe in force there are no pairs. Safe to repeat. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.scored_pairs(p_raw_profile_ids bigint[], p_is_sweep boolean DEFAULT false)
    RETURNS TABLE (low_raw_profile_id bigint, high_raw_profile_id bigint, rule text, verdict text, score real, levels smallint[])
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_full, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET enable_mergejoin = off
    SET enable_hashagg = on
    SET work_mem = '128MB'
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN;
END;
$$;

COMMENT ON FUNCTION tenant_full.scored_pairs(bigint[], boolean) IS
    'Pairs of observations that the active model of the scored match rule makes, with their score.';
