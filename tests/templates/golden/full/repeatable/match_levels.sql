-- Compares pairs of observations by the scored match rule: for each comparison the level of agreement, 0 where one of the
-- two says nothing, and what rare names weigh more than common ones, in bits. Values that the model knows to be shared by
-- many persons are no evidence (0), nor is an address or phone number on which two agree who have different given names: a
-- family shares those. Used by training, scoring and explanations alike. With p_weights, nine places a comparison, what the
-- levels weigh together; with p_least as well only pairs that reach so many bits with what is rare. How common a value is, is
-- looked up once for each observation. Without p_for_score, as training compares, it is not, and families agree.
-- Reads only, raises nothing.
DROP FUNCTION IF EXISTS tenant_full.match_levels(bigint, bigint[], bigint[]);
DROP FUNCTION IF EXISTS tenant_full.match_levels(bigint, bigint[], bigint[], double precision[], double precision, boolean);

CREATE FUNCTION tenant_full.match_levels(
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
    SET search_path = pg_catalog, tenant_full, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET enable_mergejoin = off
    SET enable_nestloop = off
    SET enable_hashagg = on
    SET work_mem = '12MB'
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_u      double precision[];
    v_rarest double precision;
BEGIN
    SELECT
        model.u,
        1.0 / greatest(model.record_count, 1)
    INTO
        v_u,
        v_rarest
    FROM tenant_full.cdp_match_models AS model
    WHERE model.match_model_id = p_match_model_id;

    RETURN QUERY
    WITH side AS MATERIALIZED (
        SELECT
            known.raw_profile_id,
            known.fields[1] COLLATE "C" AS c1,
            known.fields[2] COLLATE "C" AS c2,
            known.fields[3] COLLATE "C" AS c3,
            known.fields[4] COLLATE "C" AS c4,
            known.fields[5] COLLATE "C" AS c5,
            known.fields[6] COLLATE "C" AS c6,
            CASE WHEN known.fields[7] IS NOT NULL AND known.fields[7] IN (
                SELECT shared.value
                FROM tenant_full.cdp_match_frequencies AS shared
                WHERE shared.match_model_id = p_match_model_id
                  AND shared.comparison = 4
                  AND shared.is_shared
            ) THEN NULL ELSE known.fields[7] END COLLATE "C" AS c7,
            known.fields[8] COLLATE "C" AS c8,
            CASE WHEN known.fields[9] IS NOT NULL AND known.fields[9] IN (
                SELECT shared.value
                FROM tenant_full.cdp_match_frequencies AS shared
                WHERE shared.match_model_id = p_match_model_id
                  AND shared.comparison = 5
                  AND shared.is_shared
            ) THEN NULL ELSE known.fields[9] END COLLATE "C" AS c9,
            CASE WHEN known.fields[10] IS NOT NULL AND known.fields[10] IN (
                SELECT shared.value
                FROM tenant_full.cdp_match_frequencies AS shared
                WHERE shared.match_model_id = p_match_model_id
                  AND shared.comparison = 6
                  AND shared.is_shared
            ) THEN NULL ELSE known.fields[10] END COLLATE "C" AS c10,
            known.fields[11] COLLATE "C" AS c11,
            known.fields[12] COLLATE "C" AS c12,
            known.fields[13] COLLATE "C" AS c13,
            CASE WHEN p_for_score AND known.fields[1] IS NOT NULL THEN ln(v_u[2] / coalesce((
                SELECT counted.frequency
                FROM tenant_full.cdp_match_frequencies AS counted
                WHERE counted.match_model_id = p_match_model_id
                  AND counted.comparison = 1
                  AND counted.value = known.fields[1]
            ), v_rarest)) / ln(2) ELSE 0 END AS rarity_1,
            CASE WHEN p_for_score AND known.fields[4] IS NOT NULL THEN ln(v_u[11] / coalesce((
                SELECT counted.frequency
                FROM tenant_full.cdp_match_frequencies AS counted
                WHERE counted.match_model_id = p_match_model_id
                  AND counted.comparison = 2
                  AND counted.value = known.fields[4]
            ), v_rarest)) / ln(2) ELSE 0 END AS rarity_2,
            CASE WHEN p_for_score AND known.fields[11] IS NOT NULL THEN ln(v_u[56] / coalesce((
                SELECT counted.frequency
                FROM tenant_full.cdp_match_frequencies AS counted
                WHERE counted.match_model_id = p_match_model_id
                  AND counted.comparison = 7
                  AND counted.value = known.fields[11]
            ), v_rarest)) / ln(2) ELSE 0 END AS rarity_7
        FROM (
            SELECT listed.id FROM unnest(p_low) AS listed (id)
            UNION
            SELECT listed.id FROM unnest(p_high) AS listed (id)
        ) AS wanted
        CROSS JOIN LATERAL (
            SELECT
                said.raw_profile_id,
                -- Taken out of its packing once and not for each field.
                said.fields || '{}'::text[] AS fields
            FROM tenant_full.cdp_match_fields AS said
            WHERE said.raw_profile_id = wanted.id
            OFFSET 0
        ) AS known
    ),
    compared AS (
        SELECT
            pair.low_id,
            pair.high_id,
            a.rarity_1,
            a.rarity_2,
            a.rarity_7,
            CASE
                WHEN a.c1 IS NULL OR b.c1 IS NULL THEN 0
WHEN a.c1 = b.c1 THEN 1
                WHEN a.c3 = b.c3 OR string_to_array(a.c3, '|') && string_to_array(b.c3, '|') THEN 2
                WHEN (strpos(a.c1, ' ') > 0 OR strpos(b.c1, ' ') > 0) AND length(a.c1) > 2 AND length(b.c1) > 2 AND (starts_with(a.c1, b.c1 || ' ') OR starts_with(b.c1, a.c1 || ' ') OR right(a.c1, length(b.c1) + 1) = ' ' || b.c1 OR right(b.c1, length(a.c1) + 1) = ' ' || a.c1) THEN 2
                WHEN length(a.c1) <= 2 OR length(b.c1) <= 2 THEN CASE WHEN left(a.c1, 1) = left(b.c1, 1) THEN 3 ELSE 6 END
                WHEN a.c1 = b.c1 OR b.c1 = a.c1 THEN 5
                WHEN a.c2 = b.c2 OR c360_ext.levenshtein_less_equal(left(a.c1, 60), left(b.c1, 60), 2) <= CASE WHEN least(length(a.c1), length(b.c1)) >= 6 THEN 2 ELSE 1 END THEN 4
                ELSE 6
            END::smallint AS level_1,
            CASE
                WHEN a.c4 IS NULL OR b.c4 IS NULL THEN 0
WHEN a.c4 = b.c4 THEN 1
                WHEN a.c5 = b.c5 OR c360_ext.levenshtein_less_equal(left(a.c4, 60), left(b.c4, 60), 2) <= CASE WHEN least(length(a.c4), length(b.c4)) >= 6 THEN 2 ELSE 1 END OR (strpos(a.c4, ' ') > 0 OR strpos(b.c4, ' ') > 0) AND length(a.c4) > 2 AND length(b.c4) > 2 AND (starts_with(a.c4, b.c4 || ' ') OR starts_with(b.c4, a.c4 || ' ') OR right(a.c4, length(b.c4) + 1) = ' ' || b.c4 OR right(b.c4, length(a.c4) + 1) = ' ' || a.c4) THEN 2
                WHEN a.c4 = b.c4 OR b.c4 = a.c4 THEN 3
                ELSE 4
            END::smallint AS level_2,
            CASE
                WHEN a.c6 IS NULL OR b.c6 IS NULL THEN 0
WHEN a.c6 = b.c6 THEN 1
                -- A year beside the first of January is all that was known, so no part of a day mistyped.
                WHEN c360_ext.levenshtein_less_equal(left(a.c6, 60), left(b.c6, 60), 1) <= 1 AND NOT (right(a.c6, 5) = '01-01' AND right(b.c6, 5) = '01-01')
                    OR left(a.c6, 8) = left(b.c6, 8) AND right(a.c6, 2) = reverse(right(b.c6, 2))
                    OR left(a.c6, 4) = left(b.c6, 4) AND right(a.c6, 2) = substr(b.c6, 6, 2) AND substr(a.c6, 6, 2) = right(b.c6, 2)
                    OR left(a.c6, 2) = left(b.c6, 2) AND substr(a.c6, 3, 2) = reverse(substr(b.c6, 3, 2)) AND right(a.c6, 6) = right(b.c6, 6) AND right(a.c6, 5) <> '01-01'
                    THEN 2
                WHEN left(a.c6, 4) = left(b.c6, 4) AND (right(a.c6, 2) = right(b.c6, 2) OR substr(a.c6, 6, 2) = substr(b.c6, 6, 2)
                    OR right(a.c6, 5) = '01-01' OR right(b.c6, 5) = '01-01') THEN 3
                WHEN right(a.c6, 5) = right(b.c6, 5) AND right(a.c6, 5) <> '01-01' THEN 3
                WHEN c360_ext.levenshtein_less_equal(left(a.c6, 60), left(b.c6, 60), 2) <= CASE WHEN right(a.c6, 5) = right(b.c6, 5) THEN 1 ELSE 2 END THEN 4
                ELSE 5
            END::smallint AS level_3,
            CASE
                WHEN a.c7 IS NULL OR b.c7 IS NULL THEN 0
WHEN a.c7 = b.c7 OR strpos(a.c7, chr(31)) + strpos(b.c7, chr(31)) > 0 AND string_to_array(a.c7, chr(31)) && string_to_array(b.c7, chr(31)) THEN 1
                WHEN a.c8 = b.c8 THEN
                    CASE WHEN c360_ext.levenshtein_less_equal(left(split_part(a.c7, '@', 2), 60), left(split_part(b.c7, '@', 2), 60), 2) <= 2 THEN 2 ELSE 3 END
                WHEN c360_ext.levenshtein_less_equal(left(a.c8, 60), left(b.c8, 60), 2) <= CASE WHEN least(length(a.c8), length(b.c8)) >= 8 THEN 2 ELSE 1 END THEN
                    CASE WHEN split_part(a.c7, '@', 2) = split_part(b.c7, '@', 2) THEN 2 ELSE 4 END
                ELSE 5
            END::smallint AS level_4,
            CASE
                WHEN a.c9 IS NULL OR b.c9 IS NULL THEN 0
WHEN a.c9 = b.c9 OR strpos(a.c9, chr(31)) + strpos(b.c9, chr(31)) > 0 AND string_to_array(a.c9, chr(31)) && string_to_array(b.c9, chr(31)) THEN 1
                WHEN length(a.c9) > 5 AND c360_ext.levenshtein_less_equal(left(a.c9, 60), left(b.c9, 60), 1) <= 1 THEN 2
                ELSE 3
            END::smallint AS level_5,
            CASE
                WHEN a.c10 IS NULL OR b.c10 IS NULL THEN 0
WHEN a.c10 = b.c10 OR strpos(a.c10, chr(31)) + strpos(b.c10, chr(31)) > 0 AND string_to_array(a.c10, chr(31)) && string_to_array(b.c10, chr(31)) THEN 1
                WHEN length(a.c10) > 5 AND c360_ext.levenshtein_less_equal(left(a.c10, 60), left(b.c10, 60), 1) <= 1 THEN 2
                ELSE 3
            END::smallint AS level_6,
            CASE
                WHEN a.c11 IS NULL OR b.c11 IS NULL THEN 0
WHEN a.c11 = b.c11 THEN 1
                WHEN c360_ext.levenshtein_less_equal(left(a.c11, 60), left(b.c11, 60), 2) <= CASE WHEN least(length(a.c11), length(b.c11)) >= 8 THEN 2 ELSE 1 END OR length(a.c11) > 9 AND c360_ext.similarity(a.c11, b.c11) >= '0.7'::real THEN 2
                ELSE 3
            END::smallint AS level_7,
            CASE
                WHEN a.c12 IS NULL OR b.c12 IS NULL THEN 0
WHEN a.c12 = b.c12 THEN 1
                ELSE 2
            END::smallint AS level_8,
            CASE
                WHEN a.c13 IS NULL OR b.c13 IS NULL THEN 0
WHEN a.c13::numeric = b.c13::numeric THEN 1
                WHEN abs(a.c13::numeric - b.c13::numeric) <= '5'::numeric THEN 2
                ELSE 3
            END::smallint AS level_9
        -- By place, because the planner takes these for more than an array: so the sides are hashed, and not the pairs.
        FROM (
            SELECT
                p_low[listed.place] AS low_id,
                p_high[listed.place] AS high_id
            FROM generate_subscripts(p_low, 1) AS listed (place)
        ) AS pair
        JOIN side AS a ON a.raw_profile_id = pair.low_id
        JOIN side AS b ON b.raw_profile_id = pair.high_id
        OFFSET 0
    ),
    telling AS (
        SELECT
            compared.low_id,
            compared.high_id,
            compared.rarity_1,
            compared.rarity_2,
            compared.rarity_7,
            compared.level_1,
            compared.level_2,
            compared.level_3,
            compared.level_4,
            CASE
                WHEN p_for_score AND compared.level_1 = 6
                    AND compared.level_5 < 3
                    THEN 0
                ELSE compared.level_5
            END AS level_5,
            compared.level_6,
            compared.level_7,
            compared.level_8,
            compared.level_9
        FROM compared
        OFFSET 0
    )
    SELECT
        weighed.low_id,
        weighed.high_id,
        ARRAY[weighed.level_1, weighed.level_2, weighed.level_3, weighed.level_4, weighed.level_5, weighed.level_6, weighed.level_7, weighed.level_8, weighed.level_9]::smallint[],
        weighed.rarity,
        weighed.weight
    FROM (
        SELECT
            telling.*,
            (
                0
                + CASE telling.level_1 WHEN 1 THEN telling.rarity_1 ELSE 0 END
                + CASE telling.level_2 WHEN 1 THEN telling.rarity_2 ELSE 0 END
                + CASE telling.level_7 WHEN 1 THEN telling.rarity_7 ELSE 0 END
            )::real AS rarity,
            CASE WHEN p_weights IS NOT NULL THEN 0::double precision
                + p_weights[2 - 1 + telling.level_1]
                + p_weights[11 - 1 + telling.level_2]
                + p_weights[20 - 1 + telling.level_3]
                + p_weights[29 - 1 + telling.level_4]
                + p_weights[38 - 1 + telling.level_5]
                + p_weights[47 - 1 + telling.level_6]
                + p_weights[56 - 1 + telling.level_7]
                + p_weights[65 - 1 + telling.level_8]
                + p_weights[74 - 1 + telling.level_9] END AS weight
        FROM telling
        OFFSET 0
    ) AS weighed
    WHERE p_least IS NULL
       OR weighed.rarity + weighed.weight >= p_least;
END;
$$;

COMMENT ON FUNCTION tenant_full.match_levels(bigint, bigint[], bigint[], double precision[], double precision, boolean) IS
    'Levels of agreement of pairs of observations by the scored match rule of this tenant, and the weight of rare values.';
