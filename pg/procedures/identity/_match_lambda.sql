-- Estimates how likely two observations taken at random are one person, so that the probabilities it gives agree with it:
-- the pairs that a sample of observations makes are weighed, their probabilities summed up give the share of matches, and
-- so on until it stands. Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._match_lambda(
    p_match_model_id bigint,
    p_weights        double precision[],
    p_records        bigint,
    p_seed           bigint
)
    RETURNS double precision
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    c_sample constant integer := 3000;
    v_sample bigint[];
    v_low    bigint[];
    v_high   bigint[];
    v_times  integer[];
    v_bits   double precision[];
    v_lambda double precision := 1.0 / p_records;
    v_sum    double precision;
BEGIN
    v_sample := ARRAY(
        SELECT own.raw_profile_id
        FROM cdp_match_fields AS own
        ORDER BY
            hashint8extended(own.raw_profile_id, p_seed),
            own.raw_profile_id
        LIMIT c_sample
    );

    SELECT
        array_agg(pair.low_id),
        array_agg(pair.high_id)
    INTO
        v_low,
        v_high
    FROM (
        SELECT DISTINCT
            least(own.raw_profile_id, held.raw_profile_id) AS low_id,
            greatest(own.raw_profile_id, held.raw_profile_id) AS high_id
        FROM blocking_keys(v_sample) AS own
        JOIN cdp_blocking_keys AS held
            ON held.key = own.key
            AND held.raw_profile_id <> own.raw_profile_id
        WHERE NOT EXISTS (
            SELECT
            FROM cdp_match_common_keys AS common
            WHERE common.match_model_id = p_match_model_id
              AND common.key = own.key
        )
    ) AS pair;

    SELECT
        array_agg(compared.rarity + compared.weight),
        -- A pair inside the sample is seen from both of its observations.
        array_agg((compared.low_raw_profile_id = ANY (v_sample))::integer + (compared.high_raw_profile_id = ANY (v_sample))::integer)
    INTO
        v_bits,
        v_times
    FROM match_levels(p_match_model_id, v_low, v_high, p_weights) AS compared;

    FOR v_step IN 1 .. 30 LOOP
        SELECT sum(pair.times / (1 + exp(-ln(2) * greatest(-60, least(60, pair.bits + ln(v_lambda / (1 - v_lambda)) / ln(2))))))
        INTO v_sum
        FROM unnest(v_bits, v_times) AS pair (bits, times);
        v_lambda := greatest(1e-12, least(0.5, coalesce(v_sum, 0) / cardinality(v_sample) / (p_records - 1)));
    END LOOP;

    RETURN v_lambda;
END;
$$;

COMMENT ON FUNCTION c360._match_lambda(bigint, double precision[], bigint, bigint) IS
    'Probability that two observations taken at random are one person, by what the weights say of a sample.';
