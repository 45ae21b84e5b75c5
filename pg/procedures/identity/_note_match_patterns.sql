-- Compares the pairs a model is trained on and writes into it how many agree in which way: pairs taken at random; and for each
-- kind of key that trains, pairs that share such a key, up to a number. Kinds of a later turn are asked only if there is a
-- comparison of which those before told too little, because their keys fix it. Which pairs depends on the seed and the
-- observations alone. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._note_match_patterns(
    p_match_model_id bigint,
    p_recipe         jsonb,
    p_max_pairs      integer,
    p_seed           bigint
)
    RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET work_mem = '128MB'
    SET jit = off
AS $$
DECLARE
    v_ids  bigint[];
    v_low  bigint[];
    v_high bigint[];
    v_kind record;
    v_turn integer := 1;
BEGIN
    v_ids := ARRAY(SELECT own.raw_profile_id FROM cdp_match_fields AS own ORDER BY own.raw_profile_id);
    SELECT
        array_agg(drawn.low_id),
        array_agg(drawn.high_id)
    INTO
        v_low,
        v_high
    FROM (
        SELECT
            v_ids[1 + (hashint8extended(pick.number, p_seed) & 9223372036854775807) % cardinality(v_ids)] AS low_id,
            v_ids[1 + (hashint8extended(-pick.number, p_seed) & 9223372036854775807) % cardinality(v_ids)] AS high_id
        FROM generate_series(1, 2 * p_max_pairs) AS pick (number)
    ) AS drawn
    WHERE drawn.low_id <> drawn.high_id;

    PERFORM c360._count_match_patterns(p_match_model_id, 'random', v_low, v_high, '{}');

    FOR v_kind IN
        SELECT
            kind.name,
            kind.number,
            kind.turn,
            ARRAY(SELECT jsonb_array_elements_text(kind.fixes)::integer) AS fixes
        FROM jsonb_to_recordset(p_recipe -> 'keys') AS kind (name text, number bigint, turn integer, fixes jsonb)
        WHERE kind.turn > 0
        ORDER BY
            kind.turn,
            kind.number
    LOOP
        EXIT WHEN v_kind.turn > v_turn AND NOT EXISTS (
            SELECT
            FROM cdp_match_patterns AS pattern
            CROSS JOIN LATERAL unnest(pattern.levels) WITH ORDINALITY AS single (level, number)
            WHERE pattern.match_model_id = p_match_model_id
              AND single.level > 0
            GROUP BY single.number
            HAVING coalesce(sum(pattern.pair_count) FILTER (
                WHERE pattern.pass <> 'random' AND cardinality(array_remove(pattern.levels, 0::smallint)) > 1
            ), 0) < 50
        );
        v_turn := v_kind.turn;

        SELECT
            array_agg(one.raw_profile_id),
            array_agg(other.raw_profile_id)
        INTO
            v_low,
            v_high
        FROM (
            SELECT
                held.key,
                sum(held.holders * (held.holders - 1) / 2) OVER (ORDER BY hashint8extended(held.key, p_seed), held.key) AS pairs
            FROM (
                SELECT
                    known.key,
                    count(*) AS holders
                FROM cdp_blocking_keys AS known
                WHERE known.key >= v_kind.number << 56
                  AND known.key < (v_kind.number + 1) << 56
                  AND NOT EXISTS (
                    SELECT
                    FROM cdp_match_common_keys AS common
                    WHERE common.match_model_id = p_match_model_id
                      AND common.key = known.key
                )
                GROUP BY known.key
                HAVING count(*) > 1
            ) AS held
        ) AS chosen
        JOIN cdp_blocking_keys AS one ON one.key = chosen.key
        JOIN cdp_blocking_keys AS other
            ON other.key = chosen.key
            AND other.raw_profile_id > one.raw_profile_id
        WHERE chosen.pairs <= p_max_pairs;

        PERFORM c360._count_match_patterns(p_match_model_id, v_kind.name, v_low, v_high, v_kind.fixes);
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._note_match_patterns(bigint, jsonb, integer, bigint) IS
    'Writes into a model how the pairs it is trained on agree.';
