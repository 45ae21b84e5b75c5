-- What the scored match rule of this tenant compares and under which keys it looks, every default filled in; NULL when there
-- is no such rule. A model is trained for one recipe and rests while another is in force. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.match_recipe()
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN '{"rule": "every_form", "columns": [["words", "as_name"], ["sound", "as_name"], ["roots", "as_name"], ["words", "by_longest"], ["sound", "by_longest"], ["day", "born"], ["identifier", "email"], ["user of identifier", "email"], ["plain", "as_phone"], ["identifier", "crm_id"], ["words", "of_type_text"], ["plain", "as_gender"], ["plain", "of_type_integer"]], "comparisons": [{"name": "as_name", "form": "given_name", "levels": ["equal", "alias", "initial", "close", "swapped", "different"], "place": 1, "attributes": ["as_name"], "identifier_type": null, "has_frequencies": true, "limits": [], "weights": []}, {"name": "by_longest", "form": "family_name", "levels": ["equal", "close", "swapped", "different"], "place": 4, "attributes": ["by_longest"], "identifier_type": null, "has_frequencies": true, "limits": [], "weights": [6.5, 3, 2, -4]}, {"name": "born", "form": "date", "levels": ["equal", "typo", "close", "partial", "different"], "place": 6, "attributes": ["born"], "identifier_type": null, "has_frequencies": false, "limits": [], "weights": []}, {"name": "email", "form": "email", "levels": ["equal", "typo", "same name", "close name", "different"], "place": 7, "attributes": ["email"], "identifier_type": "email", "has_frequencies": false, "limits": [], "weights": []}, {"name": "as_phone", "form": "phone", "levels": ["equal", "close", "different"], "place": 9, "attributes": ["as_phone"], "identifier_type": null, "has_frequencies": false, "limits": [], "weights": []}, {"name": "crm_id", "form": "id", "levels": ["equal", "close", "different"], "place": 10, "attributes": ["crm_id"], "identifier_type": "crm_id", "has_frequencies": false, "limits": [], "weights": []}, {"name": "of_type_text", "form": "text", "levels": ["equal", "close", "different"], "place": 11, "attributes": ["of_type_text"], "identifier_type": null, "has_frequencies": true, "limits": [0.7], "weights": []}, {"name": "as_gender", "form": "exact", "levels": ["equal", "different"], "place": 12, "attributes": ["as_gender"], "identifier_type": null, "has_frequencies": false, "limits": [], "weights": []}, {"name": "of_type_integer", "form": "number", "levels": ["equal", "close", "different"], "place": 13, "attributes": ["of_type_integer"], "identifier_type": null, "has_frequencies": false, "limits": [5], "weights": []}], "keys": [{"name": "born and as_name", "number": 1, "pairs_per_record": 3.0, "turn": 1, "fixes": [1, 3]}, {"name": "email", "number": 2, "pairs_per_record": 3.0, "turn": 1, "fixes": [4]}, {"name": "of_type_text", "number": 3, "pairs_per_record": 3.0, "turn": 1, "fixes": [7]}]}'::jsonb;
END;
$$;

COMMENT ON FUNCTION tenant_full.match_recipe() IS
    'What the scored match rule of this tenant compares and under which keys it looks for candidates.';

-- Which observations share a blocking key with some (p_own): with those of p_every, which are scored together, from the lower
-- one only; of all others those that are linked. For a part of the tenant that is large enough to read all keys once and to join
-- them by hashing. Reads only, raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.candidates_among_all(p_match_model_id bigint, p_own bigint[], p_every bigint[], p_is_sweep boolean)
    RETURNS TABLE (own_raw_profile_id bigint, other_raw_profile_id bigint)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, tenant_full, pg_temp
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
            FROM tenant_full.cdp_blocking_keys AS held
            WHERE held.raw_profile_id IN (SELECT wanted.id FROM unnest(p_own) AS wanted (id))
              AND NOT held.key IN (
                SELECT common.key
                FROM tenant_full.cdp_match_common_keys AS common
                WHERE common.match_model_id = p_match_model_id
            )
        ) AS own
        JOIN tenant_full.cdp_blocking_keys AS other
            ON other.key = own.key
            AND other.raw_profile_id <> own.raw_profile_id
        WHERE own.raw_profile_id < other.raw_profile_id
           OR NOT p_is_sweep AND NOT other.raw_profile_id IN (SELECT wanted.id FROM unnest(p_every) AS wanted (id))
    ) AS pair
    -- Others that wait for the resolver find the pair when their turn comes.
    WHERE p_is_sweep
       OR pair.other_id IN (SELECT wanted.id FROM unnest(p_every) AS wanted (id))
       OR pair.other_id IN (SELECT link.raw_profile_id FROM tenant_full.cdp_profile_links AS link);
END;
$$;

COMMENT ON FUNCTION tenant_full.candidates_among_all(bigint, bigint[], bigint[], boolean) IS
    'Pairs that share a blocking key, where the observations are many.';

-- The same for some observations in a tenant of any size: looks their keys up one by one. Reads only, raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.candidates_of_few(p_match_model_id bigint, p_own bigint[], p_every bigint[], p_is_sweep boolean)
    RETURNS TABLE (own_raw_profile_id bigint, other_raw_profile_id bigint)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, tenant_full, pg_temp
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
            FROM tenant_full.blocking_keys(p_own) AS made
            WHERE NOT EXISTS (
                SELECT
                FROM tenant_full.cdp_match_common_keys AS common
                WHERE common.match_model_id = p_match_model_id
                  AND common.key = made.key
                OFFSET 0
            )
        ) AS own
        CROSS JOIN LATERAL (
            SELECT held.raw_profile_id
            FROM tenant_full.cdp_blocking_keys AS held
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
       OR EXISTS (SELECT FROM tenant_full.cdp_profile_links AS link WHERE link.raw_profile_id = pair.other_id OFFSET 0);
END;
$$;

COMMENT ON FUNCTION tenant_full.candidates_of_few(bigint, bigint[], bigint[], boolean) IS
    'Pairs that share a blocking key, where the observations are few.';

-- The pairs that some observations (p_own) make with others, weighed by a model, from where they say anything: with those of
-- p_every, which are scored together, from the lower one only; of all others with those that are linked. p_may_share gives half
-- of thousands to another process, if PostgreSQL has one to spare. What is handed on goes to disk when it is much, because three
-- functions hand it on. Reads only, raises nothing.
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
    SET work_mem = '8MB'
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    -- Reading a key of another observation costs a thirtieth of looking an own one up.
    c_reading constant integer := 30;
    v_odd   bigint[];
    v_even  bigint[];
    v_least double precision := CASE
        WHEN '0.1'::double precision > 0
            THEN ln('0.1'::double precision / (1 - '0.1'::double precision)) / ln(2) - p_prior - 0.001
        ELSE '-infinity'
    END;
    v_low   bigint[];
    v_high  bigint[];
BEGIN
    IF p_may_share AND cardinality(p_own) >= 1000 THEN
        -- In turn, because the lower of two finds the pair.
        SELECT
            array_agg(own.id) FILTER (WHERE own.number % 2 = 1),
            array_agg(own.id) FILTER (WHERE own.number % 2 = 0)
        INTO
            v_odd,
            v_even
        FROM unnest(p_own) WITH ORDINALITY AS own (id, number);
        PERFORM set_config('parallel_setup_cost', '0', true);
        RETURN QUERY
        SELECT part.*
        FROM tenant_full.weighed_candidates(p_match_model_id, p_weights, p_prior, v_odd, p_every, p_is_sweep, false) AS part
        UNION ALL
        SELECT part.*
        FROM tenant_full.weighed_candidates(p_match_model_id, p_weights, p_prior, v_even, p_every, p_is_sweep, false) AS part;
        RETURN;
    END IF;

    IF cardinality(p_own) >= 500 AND c_reading * cardinality(p_own)::bigint > c360._estimated_rows('tenant_full.cdp_match_fields') THEN
        SELECT
            array_agg(least(pair.own_raw_profile_id, pair.other_raw_profile_id)),
            array_agg(greatest(pair.own_raw_profile_id, pair.other_raw_profile_id))
        INTO
            v_low,
            v_high
        FROM tenant_full.candidates_among_all(p_match_model_id, p_own, p_every, p_is_sweep) AS pair;
    ELSE
        SELECT
            array_agg(least(pair.own_raw_profile_id, pair.other_raw_profile_id)),
            array_agg(greatest(pair.own_raw_profile_id, pair.other_raw_profile_id))
        INTO
            v_low,
            v_high
        FROM tenant_full.candidates_of_few(p_match_model_id, p_own, p_every, p_is_sweep) AS pair;
    END IF;

    RETURN QUERY
    SELECT
        weighed.low_raw_profile_id,
        weighed.high_raw_profile_id,
        weighed.score,
        weighed.levels
    FROM (
        SELECT
            compared.low_raw_profile_id,
            compared.high_raw_profile_id,
            (1 / (1 + exp(-ln(2) * greatest(-60, least(60, p_prior + compared.rarity + compared.weight)))))::real AS score,
            compared.levels
        FROM tenant_full.match_levels(p_match_model_id, v_low, v_high, p_weights, v_least) AS compared
        OFFSET 0
    ) AS weighed
    WHERE weighed.score >= '0.1'::real;
END;
$$;

COMMENT ON FUNCTION tenant_full.weighed_candidates(bigint, double precision[], double precision, bigint[], bigint[], boolean, boolean) IS
    'Pairs that share a blocking key, weighed by a model of the scored match rule.';

-- Scores observations by the active model: pairs with each other and with all that are linked and share a key, from where
-- they say anything. Keeps on the way what the observations say and their keys, so that later ones find them. With p_is_sweep
-- nothing is kept and each pair is found from its lower observation only: what scores a whole tenant, part by part.
-- Two at one address, phone or mailbox, with another given name, or Jr. and Sr., and with no number of their own alike, are twins, or father and
-- son; so are two at one address or phone who were born on wholly another day and have no mail alike, either. They go to a person, however
-- probable the model finds them. In a mailbox only names that have nothing in common and are known as names are other ones.
-- Without a model for the recipe in force there are no pairs. Safe to repeat. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.scored_pairs(p_raw_profile_ids bigint[], p_is_sweep boolean DEFAULT false)
    RETURNS TABLE (low_raw_profile_id bigint, high_raw_profile_id bigint, rule text, verdict text, score real, levels smallint[])
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_full, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET enable_mergejoin = off
    SET enable_hashagg = on
    SET work_mem = '8MB'
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_model   bigint;
    v_weights double precision[];
    v_prior   double precision;
    v_fresh   bigint[];
BEGIN
    SELECT
        model.match_model_id,
        model.weights,
        ln(model.lambda / (1 - model.lambda)) / ln(2)
    INTO
        v_model,
        v_weights,
        v_prior
    FROM tenant_full.cdp_match_models AS model
    WHERE model.rule = 'every_form'
      AND model.is_active
      AND model.recipe = tenant_full.match_recipe();

    IF v_model IS NULL THEN
        RETURN;
    END IF;

    IF NOT p_is_sweep THEN
        WITH kept AS (
            INSERT INTO tenant_full.cdp_match_fields AS known (raw_profile_id, fields)
            SELECT
                read.raw_profile_id,
                read.fields
            FROM tenant_full.match_fields(ARRAY(
                SELECT wanted.id
                FROM unnest(p_raw_profile_ids) AS wanted (id)
                WHERE NOT EXISTS (SELECT FROM tenant_full.cdp_match_fields AS said WHERE said.raw_profile_id = wanted.id OFFSET 0)
            )) AS read
            ON CONFLICT DO NOTHING
            RETURNING known.raw_profile_id
        )
        SELECT array_agg(kept.raw_profile_id) INTO v_fresh FROM kept;

        INSERT INTO tenant_full.cdp_blocking_keys (key, raw_profile_id)
        SELECT
            made.key,
            made.raw_profile_id
        FROM tenant_full.blocking_keys(v_fresh, true) AS made
        WHERE NOT EXISTS (
            SELECT
            FROM tenant_full.cdp_match_common_keys AS common
            WHERE common.match_model_id = v_model
              AND common.key = made.key
            OFFSET 0
        )
        ON CONFLICT DO NOTHING;
    END IF;

    RETURN QUERY
    SELECT
        weighed.low_raw_profile_id,
        weighed.high_raw_profile_id,
        'every_form',
        CASE
            WHEN weighed.score >= '0.9'::real THEN
                CASE
                    WHEN false
                    OR weighed.levels[1] IN (3, 4, 6)
                        AND NOT (weighed.levels[6] IN (1, 2))
                        AND (
                            SELECT
                                -- Whether they agree in these is not among the levels: of two given names it tells nothing.
                                (
                                    false
                                    OR string_to_array(one.fields[9], chr(31)) && string_to_array(other.fields[9], chr(31))
                                    OR string_to_array(one.fields[7], chr(31)) && string_to_array(other.fields[7], chr(31))
                                )
                                AND NOT c360._words_go_together(
                                    string_to_array(one.fields[1], ' '),
                                    string_to_array(other.fields[1], ' ')
                                )
                                -- Whichever of the names stands first.
                                AND NOT c360._names_go_together(one.fields[1], one.fields[4], NULL, other.fields[1], other.fields[4], NULL)
                                -- What is no name may be a slip of one that is like it; in one mailbox, names that are alike may be slips, too.
                                AND CASE
                                    WHEN NOT (c360._are_given_names(one.fields[1]) AND c360._are_given_names(other.fields[1]))
                                        THEN weighed.levels[1] = 6 AND NOT (weighed.levels[4] IN (1, 2))
                                    ELSE weighed.levels[1] = 6 OR NOT (weighed.levels[4] IN (1, 2))
                                END
                            FROM tenant_full.cdp_match_fields AS one
                            CROSS JOIN tenant_full.cdp_match_fields AS other
                            WHERE one.raw_profile_id = weighed.low_raw_profile_id
                              AND other.raw_profile_id = weighed.high_raw_profile_id
                        )
                    -- Jr. and Sr. stand with either name.
                    OR NOT (weighed.levels[1] = 1 AND weighed.levels[2] = 1)
                        AND (weighed.levels[5] IN (1, 2) OR weighed.levels[4] IN (1, 2))
                        AND NOT (weighed.levels[6] IN (1, 2))
                        AND (
                            SELECT c360._suffix_of(one.fields[1], one.fields[4]) <> c360._suffix_of(other.fields[1], other.fields[4])
                            FROM tenant_full.cdp_match_fields AS one
                            CROSS JOIN tenant_full.cdp_match_fields AS other
                            WHERE one.raw_profile_id = weighed.low_raw_profile_id
                              AND other.raw_profile_id = weighed.high_raw_profile_id
                        )
                        THEN 'kin'
                    ELSE 'match'
                END
            WHEN weighed.score >= '0.4'::real THEN 'review'
            ELSE 'evidence'
        END,
        weighed.score,
        weighed.levels
    FROM tenant_full.weighed_candidates(v_model, v_weights, v_prior, p_raw_profile_ids, p_raw_profile_ids, p_is_sweep, true) AS weighed;
END;
$$;

COMMENT ON FUNCTION tenant_full.scored_pairs(bigint[], boolean) IS
    'Pairs of observations that the active model of the scored match rule makes, with their score.';
