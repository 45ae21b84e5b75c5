-- What the scored match rule of this tenant compares and under which keys it looks, every default filled in; NULL when there
-- is no such rule. A model is trained for one recipe and rests while another is in force. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_plain.match_recipe()
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN NULL::jsonb;
END;
$$;

COMMENT ON FUNCTION tenant_plain.match_recipe() IS
    'What the scored match rule of this tenant compares and under which keys it looks for candidates.';

-- Which observations share a blocking key with some (p_own): with those of p_every, which are scored together, from the lower
-- one only; of all others those that are linked. For a part of the tenant that is large enough to read all keys once and to join
-- them by hashing. Reads only, raises nothing.
CREATE OR REPLACE FUNCTION tenant_plain.candidates_among_all(p_match_model_id bigint, p_own bigint[], p_every bigint[], p_is_sweep boolean)
    RETURNS TABLE (own_raw_profile_id bigint, other_raw_profile_id bigint)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, tenant_plain, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_mergejoin = off
    SET enable_nestloop = off
    SET enable_hashagg = on
    SET enable_seqscan = on
    SET enable_sort = off
    SET work_mem = '20MB'
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT
        pair.own_id,
        pair.other_id
    FROM (
        SELECT DISTINCT
            own.raw_profile_id AS own_id,
            other.raw_profile_id AS other_id
        FROM (
            SELECT
                held.key,
                held.raw_profile_id,
                held.raw_profile_id IN (SELECT wanted.id FROM unnest(p_every) AS wanted (id)) AS is_fresh
            FROM tenant_plain.cdp_blocking_keys AS held
            WHERE held.raw_profile_id IN (SELECT wanted.id FROM unnest(p_own) AS wanted (id))
              AND NOT held.key IN (
                SELECT common.key
                FROM tenant_plain.cdp_match_common_keys AS common
                WHERE common.match_model_id = p_match_model_id
            )
        ) AS own
        JOIN tenant_plain.cdp_blocking_keys AS other
            ON other.key = own.key
            AND other.raw_profile_id <> own.raw_profile_id
        WHERE own.raw_profile_id < other.raw_profile_id
           OR NOT p_is_sweep AND NOT other.raw_profile_id IN (SELECT wanted.id FROM unnest(p_every) AS wanted (id))
    ) AS pair
    -- Others that wait for the resolver find the pair when their turn comes.
    WHERE p_is_sweep
       OR pair.other_id IN (SELECT wanted.id FROM unnest(p_every) AS wanted (id))
       OR pair.other_id IN (SELECT link.raw_profile_id FROM tenant_plain.cdp_profile_links AS link);
END;
$$;

COMMENT ON FUNCTION tenant_plain.candidates_among_all(bigint, bigint[], bigint[], boolean) IS
    'Pairs that share a blocking key, where the observations are many.';

-- The same for some observations in a tenant of any size: looks their keys up one by one. Reads only, raises nothing.
CREATE OR REPLACE FUNCTION tenant_plain.candidates_of_few(p_match_model_id bigint, p_own bigint[], p_every bigint[], p_is_sweep boolean)
    RETURNS TABLE (own_raw_profile_id bigint, other_raw_profile_id bigint)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, tenant_plain, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET enable_mergejoin = off
    SET enable_hashagg = on
    SET work_mem = '20MB'
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT
        pair.own_id,
        pair.other_id
    FROM (
        SELECT DISTINCT
            own.raw_profile_id AS own_id,
            other.raw_profile_id AS other_id
        FROM (
            SELECT
                made.key,
                made.raw_profile_id
            FROM tenant_plain.blocking_keys(p_own) AS made
            WHERE NOT EXISTS (
                SELECT
                FROM tenant_plain.cdp_match_common_keys AS common
                WHERE common.match_model_id = p_match_model_id
                  AND common.key = made.key
                OFFSET 0
            )
        ) AS own
        CROSS JOIN LATERAL (
            SELECT held.raw_profile_id
            FROM tenant_plain.cdp_blocking_keys AS held
            WHERE held.key = own.key
              AND (NOT p_is_sweep OR held.raw_profile_id > own.raw_profile_id)
            OFFSET 0
        ) AS other
        WHERE other.raw_profile_id <> own.raw_profile_id
          AND (
              own.raw_profile_id < other.raw_profile_id
              OR NOT other.raw_profile_id IN (SELECT wanted.id FROM unnest(p_every) AS wanted (id))
          )
    ) AS pair
    -- Others that wait for the resolver find the pair when their turn comes.
    WHERE p_is_sweep
       OR pair.other_id IN (SELECT wanted.id FROM unnest(p_every) AS wanted (id))
       OR EXISTS (SELECT FROM tenant_plain.cdp_profile_links AS link WHERE link.raw_profile_id = pair.other_id OFFSET 0);
END;
$$;

COMMENT ON FUNCTION tenant_plain.candidates_of_few(bigint, bigint[], bigint[], boolean) IS
    'Pairs that share a blocking key, where the observations are few.';

-- The pairs that some observations (p_own) make with others, weighed by a model, from where they say anything: with those of
-- p_every, which are scored together, from the lower one only; of all others with those that are linked. p_may_share gives half
-- of thousands to another process, if PostgreSQL has one to spare. What is handed on goes to disk when it is much, because three
-- functions hand it on. Reads only, raises nothing.
CREATE OR REPLACE FUNCTION tenant_plain.weighed_candidates(
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
    SET search_path = pg_catalog, tenant_plain, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET parallel_setup_cost = 1e9
    SET parallel_tuple_cost = 0
    SET enable_seqscan = off
    SET enable_mergejoin = off
    SET enable_hashagg = on
    SET work_mem = '8MB'
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN;
END;
$$;

COMMENT ON FUNCTION tenant_plain.weighed_candidates(bigint, double precision[], double precision, bigint[], bigint[], boolean, boolean) IS
    'Pairs that share a blocking key, weighed by a model of the scored match rule.';

-- Scores observations by the active model: pairs with each other and with all that are linked and share a key, from where
-- they say anything. Keeps on the way what the observations say and their keys, so that later ones find them. With p_is_sweep
-- nothing is kept and each pair is found from its lower observation only: what scores a whole tenant, part by part.
-- Two at one address, phone or mailbox, with another given name, or Jr. and Sr., and with no number of their own alike, are twins, or father and
-- son; so are two at one address or phone who were born on wholly another day and have no mail alike, either. They go to a person, however
-- probable the model finds them. In a mailbox only names that have nothing in common and are known as names are other ones.
-- Without a model for the recipe in force there are no pairs. Safe to repeat. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_plain.scored_pairs(p_raw_profile_ids bigint[], p_is_sweep boolean DEFAULT false)
    RETURNS TABLE (low_raw_profile_id bigint, high_raw_profile_id bigint, rule text, verdict text, score real, levels smallint[])
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_plain, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET enable_mergejoin = off
    SET enable_hashagg = on
    SET work_mem = '8MB'
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN;
END;
$$;

COMMENT ON FUNCTION tenant_plain.scored_pairs(bigint[], boolean) IS
    'Pairs of observations that the active model of the scored match rule makes, with their score.';
