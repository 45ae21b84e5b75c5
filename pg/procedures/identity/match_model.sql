-- One model of the scored match rule for people: every comparison with the probabilities and the weight of each level, how
-- the training went, how many values and keys count differently. Values of observations are not in it. NULL as number: the
-- active model, or the latest when none is active. Reads only.
-- Raises: U2214 match_model_not_found, U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.match_model(
    p_tenant         text,
    p_match_model_id bigint DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_model jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    SELECT jsonb_build_object(
        'match_model_id', model.match_model_id,
        'rule', model.rule,
        'is_active', model.is_active,
        'is_in_force', model.is_active AND model.recipe IS NOT DISTINCT FROM match_recipe(),
        'created_at', model.created_at,
        'created_by', model.created_by,
        'settings', model.settings,
        'records', model.record_count,
        'pairs', model.pair_count,
        'lambda', model.lambda,
        'prior_bits', ln(model.lambda / (1 - model.lambda)) / ln(2),
        'comparisons', (
            SELECT jsonb_agg(
                jsonb_build_object(
                    'name', comparison.name,
                    'form', comparison.form,
                    'has_frequencies', comparison.has_frequencies,
                    'is_observed', EXISTS (
                        SELECT
                        FROM cdp_match_patterns AS pattern
                        WHERE pattern.match_model_id = model.match_model_id
                          AND pattern.levels[comparison.number] > 0
                    ),
                    'levels', (
                        SELECT jsonb_agg(
                            jsonb_build_object(
                                'label', label.text,
                                'm', model.m[9 * (comparison.number - 1) + 1 + label.level],
                                'u', model.u[9 * (comparison.number - 1) + 1 + label.level],
                                'weight', model.weights[9 * (comparison.number - 1) + 1 + label.level]
                            )
                            ORDER BY label.level
                        )
                        FROM unnest(comparison.labels) WITH ORDINALITY AS label (text, level)
                    )
                )
                ORDER BY comparison.number
            )
            FROM c360._match_comparisons(model.recipe) AS comparison
        ),
        'passes', model.convergence,
        'patterns', (SELECT count(*) FROM cdp_match_patterns AS pattern WHERE pattern.match_model_id = model.match_model_id),
        'shared_values', (
            SELECT count(*)
            FROM cdp_match_frequencies AS value
            WHERE value.match_model_id = model.match_model_id
              AND value.is_shared
        ),
        'common_keys', (SELECT count(*) FROM cdp_match_common_keys AS common WHERE common.match_model_id = model.match_model_id)
    )
    INTO v_model
    FROM cdp_match_models AS model
    WHERE model.match_model_id = coalesce(p_match_model_id, model.match_model_id)
    ORDER BY
        model.is_active DESC,
        model.match_model_id DESC
    LIMIT 1;

    IF v_model IS NULL THEN
        RAISE EXCEPTION 'tenant "%" has no match model%', p_tenant, coalesce(' ' || p_match_model_id, '')
            USING ERRCODE = 'U2214',
                  HINT = 'Train one with train_match_model().';
    END IF;
    RETURN v_model;
END;
$$;

COMMENT ON FUNCTION c360.match_model(text, bigint) IS
    'A model of the scored match rule: probabilities and weights of every comparison, and how the training went.';
