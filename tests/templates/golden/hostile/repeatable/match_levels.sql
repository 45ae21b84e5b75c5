-- Compares pairs of observations by the scored match rule: for each comparison the level of agreement, 0 where one of the
-- two says nothing, and what rare names weigh more than common ones, in bits. Values that the model knows to be shared by
-- many persons are no evidence (0), nor is an address or phone number on which two agree who have different given names: a
-- family shares those. Used by training, scoring and explanations alike. With p_weights, nine places a comparison, what the
-- levels weigh together; with p_least as well only pairs that reach so many bits with what is rare. How common a value is, is
-- looked up once for each observation. Without p_for_score, as training compares, it is not, and families agree.
-- Reads only, raises nothing.
DROP FUNCTION IF EXISTS tenant_select_2.match_levels(bigint, bigint[], bigint[]);
DROP FUNCTION IF EXISTS tenant_select_2.match_levels(bigint, bigint[], bigint[], double precision[], double precision, boolean);

CREATE FUNCTION tenant_select_2.match_levels(
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
    SET search_path = pg_catalog, tenant_select_2, pg_temp
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
    FROM tenant_select_2.cdp_match_models AS model
    WHERE model.match_model_id = p_match_model_id;

    RETURN QUERY
    WITH side AS MATERIALIZED (
        SELECT
            known.raw_profile_id,
            known.fields[1] COLLATE "C" AS c1,
            known.fields[2] COLLATE "C" AS c2,
            known.fields[3] COLLATE "C" AS c3,
            CASE WHEN known.fields[4] IS NOT NULL AND known.fields[4] IN (
                SELECT shared.value
                FROM tenant_select_2.cdp_match_frequencies AS shared
                WHERE shared.match_model_id = p_match_model_id
                  AND shared.comparison = 3
                  AND shared.is_shared
            ) THEN NULL ELSE known.fields[4] END COLLATE "C" AS c4,
            CASE WHEN p_for_score AND known.fields[1] IS NOT NULL THEN ln(v_u[2] / coalesce((
                SELECT counted.frequency
                FROM tenant_select_2.cdp_match_frequencies AS counted
                WHERE counted.match_model_id = p_match_model_id
                  AND counted.comparison = 1
                  AND counted.value = known.fields[1]
            ), v_rarest)) / ln(2) ELSE 0 END AS rarity_1,
            CASE WHEN p_for_score AND known.fields[2] IS NOT NULL THEN ln(v_u[11] / coalesce((
                SELECT counted.frequency
                FROM tenant_select_2.cdp_match_frequencies AS counted
                WHERE counted.match_model_id = p_match_model_id
                  AND counted.comparison = 2
                  AND counted.value = known.fields[2]
            ), v_rarest)) / ln(2) ELSE 0 END AS rarity_2
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
            FROM tenant_select_2.cdp_match_fields AS said
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
            CASE
                WHEN a.c1 IS NULL OR b.c1 IS NULL THEN 0
WHEN a.c1 = b.c1 THEN 1
                WHEN c360_ext.levenshtein_less_equal(left(a.c1, 60), left(b.c1, 60), 2) <= CASE WHEN least(length(a.c1), length(b.c1)) >= 8 THEN 2 ELSE 1 END OR length(a.c1) > 9 AND c360_ext.similarity(a.c1, b.c1) >= '0.6'::real THEN 2
                ELSE 3
            END::smallint AS level_1,
            CASE
                WHEN a.c2 IS NULL OR b.c2 IS NULL THEN 0
WHEN a.c2 = b.c2 THEN 1
                WHEN a.c3 = b.c3 OR c360_ext.levenshtein_less_equal(left(a.c2, 60), left(b.c2, 60), 2) <= CASE WHEN least(length(a.c2), length(b.c2)) >= 6 THEN 2 ELSE 1 END OR (strpos(a.c2, ' ') > 0 OR strpos(b.c2, ' ') > 0) AND length(a.c2) > 2 AND length(b.c2) > 2 AND (starts_with(a.c2, b.c2 || ' ') OR starts_with(b.c2, a.c2 || ' ') OR right(a.c2, length(b.c2) + 1) = ' ' || b.c2 OR right(b.c2, length(a.c2) + 1) = ' ' || a.c2) THEN 2
                WHEN a.c2 = b.c2 OR b.c2 = a.c2 THEN 3
                ELSE 4
            END::smallint AS level_2,
            CASE
                WHEN a.c4 IS NULL OR b.c4 IS NULL THEN 0
WHEN a.c4 = b.c4 OR strpos(a.c4, chr(31)) + strpos(b.c4, chr(31)) > 0 AND string_to_array(a.c4, chr(31)) && string_to_array(b.c4, chr(31)) THEN 1
                WHEN length(a.c4) > 5 AND c360_ext.levenshtein_less_equal(left(a.c4, 60), left(b.c4, 60), 1) <= 1 THEN 2
                ELSE 3
            END::smallint AS level_3
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
            compared.level_1,
            compared.level_2,
            compared.level_3
        FROM compared
        OFFSET 0
    )
    SELECT
        weighed.low_id,
        weighed.high_id,
        ARRAY[weighed.level_1, weighed.level_2, weighed.level_3]::smallint[],
        weighed.rarity,
        weighed.weight
    FROM (
        SELECT
            telling.*,
            (
                0
                + CASE telling.level_1 WHEN 1 THEN telling.rarity_1 ELSE 0 END
                + CASE telling.level_2 WHEN 1 THEN telling.rarity_2 ELSE 0 END
            )::real AS rarity,
            CASE WHEN p_weights IS NOT NULL THEN 0::double precision
                + p_weights[2 - 1 + telling.level_1]
                + p_weights[11 - 1 + telling.level_2]
                + p_weights[20 - 1 + telling.level_3] END AS weight
        FROM telling
        OFFSET 0
    ) AS weighed
    WHERE p_least IS NULL
       OR weighed.rarity + weighed.weight >= p_least;
END;
$$;

COMMENT ON FUNCTION tenant_select_2.match_levels(bigint, bigint[], bigint[], double precision[], double precision, boolean) IS
    'Levels of agreement of pairs of observations by the scored match rule of this tenant, and the weight of rare values.';
