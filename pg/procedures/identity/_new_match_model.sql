-- Makes a model row and fills it, from what cdp_match_fields and cdp_blocking_keys hold. Trusts the search_path and the
-- resolver's lock. Raises: U2212 match_pass_missing

CREATE OR REPLACE FUNCTION c360._new_match_model(
    p_recipe   jsonb,
    p_records  bigint,
    p_settings jsonb
)
    RETURNS bigint
    LANGUAGE plpgsql
    SET jit = off
AS $$
DECLARE
    v_seed     bigint := (p_settings ->> 'seed')::bigint;
    v_model    bigint;
    v_agreeing double precision[];
BEGIN
    INSERT INTO cdp_match_models (rule, recipe, lambda, m, u, weights, record_count, pair_count, convergence, settings, created_by)
    VALUES (
        p_recipe ->> 'rule', p_recipe, 0.5, '{}',
        array_fill(0.5::double precision, ARRAY[9 * jsonb_array_length(p_recipe -> 'comparisons')]), '{}',
        p_records, 0, '[]', p_settings, c360._actor()
    )
    RETURNING match_model_id INTO v_model;

    RAISE NOTICE 'counting values';
    v_agreeing := c360._note_match_values(v_model, p_recipe);
    RAISE NOTICE 'comparing pairs';
    PERFORM c360._note_match_patterns(v_model, p_recipe, (p_settings ->> 'max_pairs')::integer, v_seed);
    RAISE NOTICE 'estimating weights';
    PERFORM c360._fit_match_model(v_model, p_recipe, v_agreeing, v_seed);
    RETURN v_model;
END;
$$;

COMMENT ON FUNCTION c360._new_match_model(jsonb, bigint, jsonb) IS
    'Makes and trains a model from what is kept of the observations for the scored rule.';
