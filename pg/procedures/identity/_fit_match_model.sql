-- Estimates a model from its patterns: u from random pairs, m from the passes, in each of which the comparisons of its key
-- are fixed; where several passes of one turn tell, the average weighted by the matches they saw; what a turn told, later ones
-- leave alone. Then weights, lambda, and all of it into the row of the model. Addresses are made of names, so how often near
-- e-mail addresses meet by chance is counted among namesakes. Trusts the search_path. Raises: U2212 match_pass_missing

CREATE OR REPLACE FUNCTION c360._fit_match_model(
    p_match_model_id bigint,
    p_recipe         jsonb,
    p_agreeing       double precision[],
    p_seed           bigint
)
    RETURNS void
    LANGUAGE plpgsql
    SET jit = off
AS $$
DECLARE
    v_levels  integer[];
    v_u       double precision[];
    v_m       double precision[];
    v_sums    double precision[];
    v_seen    double precision[];
    v_told    double precision[];
    v_turn    integer;
    v_chance  double precision[];
    v_weights double precision[];
    v_passes  jsonb := '[]';
    v_pass    record;
    v_fit     record;
    v_records bigint;
BEGIN
    SELECT array_agg(cardinality(comparison.labels) ORDER BY comparison.number)
    INTO v_levels
    FROM c360._match_comparisons(p_recipe) AS comparison;

    v_u := c360._match_chances(p_match_model_id, v_levels, p_agreeing);
    -- Twice: how often near addresses meet among namesakes is known only after a first look, and changes what is a match.
    FOR v_round IN 1 .. 2 LOOP
        v_sums := array_fill(0::double precision, ARRAY[cardinality(v_u)]);
        v_seen := array_fill(0::double precision, ARRAY[cardinality(v_levels)]);
        v_told := v_seen;
        v_turn := 1;
        v_chance := v_sums;
        v_passes := '[]';

        FOR v_pass IN
            SELECT
                kind.name,
                -- The matches of a pass show in how comparisons agree together; one alone tells little, and so comes last.
                CASE WHEN max(cardinality(array_remove(pattern.levels, 0::smallint))) > 1 THEN kind.turn ELSE 9 END AS turn,
                ARRAY(SELECT jsonb_array_elements_text(kind.fixes)::integer) AS fixes,
                sum(pattern.pair_count) AS pairs
            FROM jsonb_to_recordset(p_recipe -> 'keys') AS kind (name text, number bigint, turn integer, fixes jsonb)
            JOIN cdp_match_patterns AS pattern
                ON pattern.match_model_id = p_match_model_id
                AND pattern.pass = kind.name
            WHERE kind.turn > 0
            GROUP BY
                kind.name,
                kind.number,
                kind.turn,
                kind.fixes
            HAVING sum(pattern.pair_count) >= 50
            ORDER BY
                turn,
                kind.number
        LOOP
            IF v_pass.turn > v_turn THEN
                v_told := v_seen;
                v_turn := v_pass.turn;
            END IF;
            SELECT * INTO v_fit FROM c360._train_match_pass(p_match_model_id, v_pass.name, v_levels, v_u);
            v_passes := v_passes || jsonb_build_object(
                'pass', v_pass.name,
                'pairs', v_pass.pairs,
                'matches', round((v_fit.share * v_pass.pairs)::numeric),
                'iterations', v_fit.iterations,
                'change', v_fit.change
            );

            FOR v_number IN 1 .. cardinality(v_levels) LOOP
                CONTINUE WHEN v_number = ANY (v_pass.fixes) OR v_told[v_number] > 0;
                DECLARE
                    v_first    integer := (v_number - 1) * 9 + 2;
                    v_last     integer := v_first + v_levels[v_number] - 1;
                    v_expected double precision := (SELECT sum(pairs) FROM unnest(v_fit.matching[v_first:v_last]) AS pairs);
                    v_share    double precision := least(v_expected, 2000) * least(1, 4 * v_fit.share);
                BEGIN
                    CONTINUE WHEN v_expected < 20;
                    v_seen[v_number] := v_seen[v_number] + v_share;
                    FOR v_place IN v_first .. v_last LOOP
                        v_sums[v_place] := v_sums[v_place] + v_share * v_fit.m[v_place];
                    END LOOP;
                END;
            END LOOP;

            IF (SELECT bool_and(comparison.number = ANY (v_pass.fixes))
                FROM c360._match_comparisons(p_recipe) AS comparison
                WHERE comparison.form IN ('given_name', 'family_name'))
            THEN
                v_chance := ARRAY(
                    SELECT pair.before + pair.added
                    FROM unnest(v_chance, v_fit.other) WITH ORDINALITY AS pair (before, added, place)
                    ORDER BY pair.place
                );
            END IF;
        END LOOP;

        v_u := c360._chances_among_namesakes(p_recipe, v_u, v_chance);
    END LOOP;

    IF v_passes = '[]' THEN
        RAISE EXCEPTION 'too few observations agree in a key of the rule'
            USING ERRCODE = 'U2212',
                  DETAIL = 'Weights are learnt from pairs that share a name, a birth date or another key that trains; of each kind fewer than 50 do.',
                  HINT = 'Load more observations of the same people, or state blocking keys in the rule.';
    END IF;

    SELECT
        array_agg(estimate.m ORDER BY estimate.place),
        array_agg(estimate.weight ORDER BY estimate.place)
    INTO
        v_m,
        v_weights
    FROM c360._match_weights(p_recipe, v_levels, v_u, v_sums, v_seen) AS estimate;

    SELECT count(*) INTO v_records FROM cdp_match_fields;
    UPDATE cdp_match_models AS model
    SET u = v_u,
        m = v_m,
        weights = v_weights,
        record_count = v_records,
        convergence = v_passes,
        pair_count = (SELECT sum(pattern.pair_count) FROM cdp_match_patterns AS pattern WHERE pattern.match_model_id = p_match_model_id)
    WHERE model.match_model_id = p_match_model_id;

    UPDATE cdp_match_models AS model
    SET lambda = c360._match_lambda(p_match_model_id, v_weights, v_records, p_seed)
    WHERE model.match_model_id = p_match_model_id;
END;
$$;

COMMENT ON FUNCTION c360._fit_match_model(bigint, jsonb, double precision[], bigint) IS
    'Estimates m, u, weights and lambda of a model from the patterns it was given.';
