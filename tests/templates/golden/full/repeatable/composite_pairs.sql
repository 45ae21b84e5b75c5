-- Pairs that the composite match rules of this tenant make of observations with all others, each pair once a rule, whichever
-- of the two came first. Compared is what shares a key; the keys are written on the way, and a key that more observations
-- hold than its rule allows makes no pairs. Safe to repeat. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.composite_pairs(p_raw_profile_ids bigint[])
    RETURNS TABLE (low_raw_profile_id bigint, high_raw_profile_id bigint, rule text, verdict text, score real, levels smallint[])
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_full, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET enable_seqscan = off
    SET jit = off
    SET timezone = 'UTC'
AS $$
#variable_conflict use_column
DECLARE
    v_rules    text[];
    v_keys     text[];
    v_ids      bigint[];
    v_lows     bigint[];
    v_highs    bigint[];
    v_of       text[];
BEGIN
    SELECT
        array_agg(made.rule),
        array_agg(made.key),
        array_agg(made.raw_profile_id)
    INTO
        v_rules,
        v_keys,
        v_ids
    FROM tenant_full.composite_keys(p_raw_profile_ids) AS made;

    INSERT INTO tenant_full.cdp_match_keys (key, raw_profile_id)
    SELECT
        made.key,
        made.raw_profile_id
    FROM unnest(v_keys, v_ids) AS made (key, raw_profile_id)
    ON CONFLICT DO NOTHING;

    PERFORM c360._discard_crowded_pairs(
        'every_comparison',
        c360._newly_crowded_keys('every_comparison', v_rules, v_keys, p_raw_profile_ids, 300),
        300
    );

    PERFORM c360._discard_crowded_pairs(
        'same_birth_day',
        c360._newly_crowded_keys('same_birth_day', v_rules, v_keys, p_raw_profile_ids, 20),
        20
    );

    SELECT
        array_agg(drawn.low_raw_profile_id),
        array_agg(drawn.high_raw_profile_id),
        array_agg(drawn.rule)
    INTO
        v_lows,
        v_highs,
        v_of
    FROM (
        SELECT DISTINCT
            made.rule,
            least(made.raw_profile_id, found.raw_profile_id) AS low_raw_profile_id,
            greatest(made.raw_profile_id, found.raw_profile_id) AS high_raw_profile_id
        FROM unnest(v_rules, v_keys, v_ids) AS made (rule, key, raw_profile_id)
        CROSS JOIN LATERAL (
            SELECT array_agg(counted.raw_profile_id) AS ids
            FROM (
                SELECT held.raw_profile_id
                FROM tenant_full.cdp_match_keys AS held
                WHERE held.key = made.key
                LIMIT CASE made.rule WHEN 'every_comparison' THEN 300 WHEN 'same_birth_day' THEN 20 END + 1
            ) AS counted
            OFFSET 0
        ) AS holder
        CROSS JOIN LATERAL unnest(holder.ids) AS found (raw_profile_id)
        WHERE cardinality(holder.ids) <= CASE made.rule WHEN 'every_comparison' THEN 300 WHEN 'same_birth_day' THEN 20 END
          AND found.raw_profile_id <> made.raw_profile_id
    ) AS drawn;

    RETURN QUERY
    SELECT
        pair.low_raw_profile_id,
        pair.high_raw_profile_id,
        'every_comparison',
        'match',
        1::real,
        NULL::smallint[]
    FROM unnest(v_lows, v_highs, v_of) AS pair (low_raw_profile_id, high_raw_profile_id, rule)
    CROSS JOIN LATERAL (
        SELECT
            (said.attributes ->> 'of_type_date')::date::date AS of_type_date,
            c360.normalise_words(said.attributes ->> 'as_name') AS as_name,
            c360.normalise_words(said.attributes ->> 'of_type_text') AS of_type_text,
            said.attributes ->> 'as_email' AS as_email,
            (said.attributes ->> 'of_type_timestamp')::timestamptz::date AS of_type_timestamp,
            (said.attributes ->> 'of_type_integer')::numeric AS of_type_integer,
            (said.attributes ->> 'of_type_double')::numeric AS of_type_double
        FROM tenant_full.cdp_standard_profiles AS said
        WHERE said.raw_profile_id = pair.low_raw_profile_id
        OFFSET 0
    ) AS low
    CROSS JOIN LATERAL (
        SELECT
            (said.attributes ->> 'of_type_date')::date::date AS of_type_date,
            c360.normalise_words(said.attributes ->> 'as_name') AS as_name,
            c360.normalise_words(said.attributes ->> 'of_type_text') AS of_type_text,
            said.attributes ->> 'as_email' AS as_email,
            (said.attributes ->> 'of_type_timestamp')::timestamptz::date AS of_type_timestamp,
            (said.attributes ->> 'of_type_integer')::numeric AS of_type_integer,
            (said.attributes ->> 'of_type_double')::numeric AS of_type_double
        FROM tenant_full.cdp_standard_profiles AS said
        WHERE said.raw_profile_id = pair.high_raw_profile_id
        OFFSET 0
    ) AS high
    WHERE pair.rule = 'every_comparison'
      AND c360._compare_exact(low.of_type_date::text, high.of_type_date::text)
      AND c360._compare_metaphone(low.as_name, high.as_name)
      AND c360._compare_trigram(low.of_type_text, high.of_type_text, 0.6)
      AND c360._compare_levenshtein(low.as_email, high.as_email, 2)
      AND c360._compare_date(low.of_type_timestamp, high.of_type_timestamp, 1, true)
      AND c360._compare_number(low.of_type_integer, high.of_type_integer, 5, NULL)
      AND c360._compare_number(low.of_type_double, high.of_type_double, NULL, 0.1);

    RETURN QUERY
    SELECT
        pair.low_raw_profile_id,
        pair.high_raw_profile_id,
        'same_birth_day',
        'review',
        1::real,
        NULL::smallint[]
    FROM unnest(v_lows, v_highs, v_of) AS pair (low_raw_profile_id, high_raw_profile_id, rule)
    CROSS JOIN LATERAL (
        SELECT
            (said.attributes ->> 'born')::date::date AS born
        FROM tenant_full.cdp_standard_profiles AS said
        WHERE said.raw_profile_id = pair.low_raw_profile_id
        OFFSET 0
    ) AS low
    CROSS JOIN LATERAL (
        SELECT
            (said.attributes ->> 'born')::date::date AS born
        FROM tenant_full.cdp_standard_profiles AS said
        WHERE said.raw_profile_id = pair.high_raw_profile_id
        OFFSET 0
    ) AS high
    WHERE pair.rule = 'same_birth_day'
      AND c360._compare_exact(low.born::text, high.born::text);
END;
$$;

COMMENT ON FUNCTION tenant_full.composite_pairs(bigint[]) IS
    'Pairs that the composite match rules of this tenant make of observations with all others.';
