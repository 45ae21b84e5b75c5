-- Writes into a model which values count differently from others: how common names and texts are, which identifiers more
-- persons share than a household has, and which blocking keys find too many to be of use. Answers, for each comparison, how
-- likely two observations taken at random say the same (NULL where that cannot be told from values).
-- Keys find too many beyond their pairs for each observation, of which a small tenant has up to seven times as many: persons
-- with a dozen records make that many pairs. Persons behind a value: the effective number (sum n)^2 / sum n^2 over n = holders of each pair of initials; a person with
-- many spellings counts little more than once. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._note_match_values(
    p_match_model_id bigint,
    p_recipe         jsonb
)
    RETURNS double precision[]
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_memoize = off
    SET work_mem = '128MB'
    SET jit = off
AS $$
DECLARE
    v_records  bigint;
    v_agreeing double precision[];
BEGIN
    SELECT count(*) INTO v_records FROM cdp_match_fields;

    INSERT INTO cdp_match_frequencies (match_model_id, comparison, value, frequency, is_shared)
    SELECT
        p_match_model_id,
        behind.number,
        behind.value,
        sum(behind.holders) / v_records,
        true
    FROM (
        SELECT
            held.number,
            held.value,
            held.person,
            count(*) AS holders
        FROM (
            SELECT
                sent.number,
                item.value,
                sent.person
            FROM (
                SELECT
                    comparison.number,
                    named.fields[comparison.place] AS value,
                    named.person
                FROM (
                    SELECT
                        own.fields,
                        least(left(said.given_name, 1), left(said.family_name, 1))
                            || greatest(left(said.given_name, 1), left(said.family_name, 1)) AS person
                    FROM cdp_match_fields AS own
                    JOIN cdp_standard_profiles AS said ON said.raw_profile_id = own.raw_profile_id
                    WHERE said.given_name IS NOT NULL
                      AND said.family_name IS NOT NULL
                    OFFSET 0
                ) AS named
                CROSS JOIN c360._match_comparisons(p_recipe) AS comparison
                WHERE comparison.form IN ('email', 'phone', 'id')
                OFFSET 0
            ) AS sent
            CROSS JOIN LATERAL unnest(string_to_array(sent.value, chr(31))) AS item (value)
            WHERE sent.value IS NOT NULL
        ) AS held
        GROUP BY
            held.number,
            held.value,
            held.person
    ) AS behind
    GROUP BY
        behind.number,
        behind.value
    HAVING sum(behind.holders) ^ 2 > 6 * sum(behind.holders ^ 2);

    WITH counted AS MATERIALIZED (
        SELECT
            comparison.number,
            comparison.has_frequencies,
            own.fields[comparison.place] AS value,
            count(*) AS holders,
            sum(count(*)) OVER (PARTITION BY comparison.number) AS total
        FROM cdp_match_fields AS own
        CROSS JOIN c360._match_comparisons(p_recipe) AS comparison
        WHERE own.fields[comparison.place] IS NOT NULL
          AND comparison.form NOT IN ('address', 'exact', 'number')
        GROUP BY
            comparison.number,
            comparison.has_frequencies,
            own.fields[comparison.place]
    ),
    noted AS (
        INSERT INTO cdp_match_frequencies (match_model_id, comparison, value, frequency)
        SELECT
            p_match_model_id,
            counted.number,
            counted.value,
            counted.holders / counted.total
        FROM counted
        WHERE counted.has_frequencies
          AND counted.holders > 1
    )
    SELECT array_agg(agreement.share ORDER BY comparison.number)
    INTO v_agreeing
    FROM c360._match_comparisons(p_recipe) AS comparison
    LEFT JOIN (
        SELECT
            counted.number,
            sum(counted.holders * (counted.holders - 1)) / nullif(max(counted.total) * (max(counted.total) - 1), 0) AS share
        FROM counted
        WHERE (counted.number, counted.value COLLATE "C") NOT IN (
            SELECT
                shared.comparison::integer,
                shared.value
            FROM cdp_match_frequencies AS shared
            WHERE shared.match_model_id = p_match_model_id
              AND shared.is_shared
        )
        GROUP BY counted.number
    ) AS agreement USING (number);

    INSERT INTO cdp_match_common_keys (match_model_id, key)
    SELECT
        p_match_model_id,
        counted.key
    FROM (
        SELECT
            known.key,
            kind.pairs_per_record,
            sum(known.holders * (known.holders - 1) / 2) OVER (
                PARTITION BY known.key >> 56
                ORDER BY known.holders
                RANGE UNBOUNDED PRECEDING
            ) AS pairs
        FROM (
            SELECT
                held.key,
                count(*) AS holders
            FROM cdp_blocking_keys AS held
            GROUP BY held.key
            HAVING count(*) > 1
        ) AS known
        JOIN jsonb_to_recordset(p_recipe -> 'keys') AS kind (number bigint, pairs_per_record double precision)
            ON kind.number = known.key >> 56
    ) AS counted
    WHERE counted.pairs > counted.pairs_per_record * greatest(v_records, least(7 * v_records, 50000))
    UNION
    SELECT
        p_match_model_id,
        (kind.number << 56) | (hashtextextended(shared.value, 0) & 72057594037927935)
    FROM cdp_match_frequencies AS shared
    JOIN c360._match_comparisons(p_recipe) AS comparison ON comparison.number = shared.comparison
    JOIN jsonb_to_recordset(p_recipe -> 'keys') AS kind (number bigint, name text) ON kind.name = comparison.name
    WHERE shared.match_model_id = p_match_model_id
      AND shared.is_shared;

    RETURN v_agreeing;
END;
$$;

COMMENT ON FUNCTION c360._note_match_values(bigint, jsonb) IS
    'Writes common names, shared identifiers and useless blocking keys into a model.';
