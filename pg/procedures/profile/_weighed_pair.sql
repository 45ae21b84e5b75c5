-- Holds two observations against the scored rule and says what its active model makes of them: for each comparison both values
-- as compared, the level of agreement and its weight in bits, and whether it is an agreement that does not count because a
-- family shares it (family); what rare names add (rarity_bits), where everybody starts (prior_bits), the sum of all (bits),
-- and the score, which is 1 / (1 + 2 ^ -bits), with the threshold that it is held against: {rule, match_model_id, score,
-- threshold, holds, bits, prior_bits, rarity_bits, comparisons}. Of masked attributes values are hidden, and how far they agree:
-- the level is "masked", its weight NULL, and rarity_bits NULL where it looks at how rare such values are. NULL while no model
-- scores, or before the two were scored. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._weighed_pair(
    p_tenant text,
    p_first  bigint,
    p_second bigint
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET jit = off
    SET enable_seqscan = off
AS $$
DECLARE
    v_model        record;
    v_levels       smallint[];
    v_agreement    smallint[];
    v_rarity       double precision;
    v_weights      double precision;
    v_prior        double precision;
    v_bits         double precision;
    v_score        real;
    v_threshold    real;
    v_compared     jsonb;
    v_hides_rarity boolean;
BEGIN
    SELECT model.*
    INTO v_model
    FROM cdp_match_models AS model
    WHERE model.match_model_id = c360._active_match_model();

    SELECT
        compared.levels,
        compared.rarity,
        plain.levels
    INTO
        v_levels,
        v_rarity,
        v_agreement
    FROM match_levels(v_model.match_model_id, ARRAY[least(p_first, p_second)], ARRAY[greatest(p_first, p_second)]) AS compared
    CROSS JOIN match_levels(
        v_model.match_model_id, ARRAY[least(p_first, p_second)], ARRAY[greatest(p_first, p_second)], NULL, NULL, false
    ) AS plain;

    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    SELECT
        sum(said.weight),
        jsonb_agg(
            jsonb_build_object(
                'comparison', said.name,
                'level', CASE WHEN said.label IS NULL THEN 'absent' WHEN said.is_masked THEN 'masked' ELSE said.label END,
                'weight', CASE WHEN NOT said.is_masked OR said.label IS NULL THEN said.weight END,
                'family', said.is_shared_by_family AND NOT said.is_masked,
                'compared', c360._compared_fields(p_tenant, v_model.recipe, said.number, p_first, p_second)
            )
            ORDER BY said.number
        ),
        coalesce(bool_or(said.is_masked AND said.has_frequencies AND said.label IS NOT NULL), false)
    INTO
        v_weights,
        v_compared,
        v_hides_rarity
    FROM (
        SELECT
            comparison.number,
            comparison.name,
            comparison.has_frequencies,
            c360._is_masked_comparison(p_tenant, v_model.recipe -> 'comparisons' -> comparison.number - 1) AS is_masked,
            comparison.labels[v_agreement[comparison.number]] AS label,
            v_levels[comparison.number] <> v_agreement[comparison.number] AS is_shared_by_family,
            v_model.weights[9 * (comparison.number - 1) + 1 + v_levels[comparison.number]] AS weight
        FROM c360._match_comparisons(v_model.recipe) AS comparison
    ) AS said;

    v_prior := ln(v_model.lambda / (1 - v_model.lambda)) / ln(2);
    v_bits := v_prior + v_rarity + v_weights;
    v_score := 1 / (1 + exp(-ln(2) * greatest(-60, least(60, v_bits))));
    v_threshold := (
        SELECT coalesce((known.definition ->> 'match')::real, 0.8::real)
        FROM c360.match_rules AS known
        WHERE known.tenant = p_tenant
          AND known.rule = v_model.rule
    );

    RETURN jsonb_build_object(
        'rule', v_model.rule,
        'match_model_id', v_model.match_model_id,
        'score', v_score,
        'threshold', v_threshold,
        'holds', v_score >= v_threshold,
        'bits', v_bits,
        'prior_bits', v_prior,
        'rarity_bits', CASE WHEN NOT v_hides_rarity THEN v_rarity END,
        'comparisons', v_compared
    );
END;
$$;

COMMENT ON FUNCTION c360._weighed_pair(text, bigint, bigint) IS
    'What the scored rule makes of two observations: levels, weights and score; masked values hidden.';
