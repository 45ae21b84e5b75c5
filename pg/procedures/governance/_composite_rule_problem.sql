-- Looks for what cannot be right in the definition of a composite rule: {where, what, hint} of the first problem, NULL when
-- there is none. The twin of the checks in controlplane/c360/domain/rules.py, which does not know the attributes. Reads only.

CREATE OR REPLACE FUNCTION c360._composite_rule_problem(
    p_tenant     text,
    p_definition jsonb
)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH parameter (compare, key, low, high, is_whole, what) AS (
        VALUES
            ('exact', NULL, NULL, NULL, NULL, NULL),
            ('metaphone', NULL, NULL, NULL, NULL, NULL),
            ('trigram', 'at_least', 0.000001, 1, false, 'must be a number above 0 and up to 1'),
            ('levenshtein', 'at_most', 1, 10, true, 'must be a whole number from 1 to 10'),
            ('date_close', 'within_days', 0, 3660, true, 'must be a whole number of days from 0 to 3660'),
            ('date_close', 'swapped', NULL, NULL, NULL, 'must be true or false'),
            ('numeric_close', 'within', 0.000001, NULL, false, 'must be a number above 0'),
            ('numeric_close', 'within_ratio', 0.000001, 1, false, 'must be a number above 0 and up to 1')
    ),
    condition AS (
        SELECT
            listed.number::integer AS number,
            'all[' || listed.number || ']' AS place,
            listed.item,
            listed.item ->> 'compare' AS compare,
            attribute.data_type
        FROM jsonb_array_elements(
            CASE WHEN jsonb_typeof(p_definition -> 'all') = 'array' THEN p_definition -> 'all' ELSE '[]' END
        ) WITH ORDINALITY AS listed (item, number)
        LEFT JOIN c360.profile_attributes AS attribute
            ON attribute.tenant = p_tenant
            AND attribute.attribute = listed.item ->> 'attribute'
            AND attribute.status = 'active'
            AND attribute.maintained_by = 'traits'
    ),
    problem (rank, place, what, hint) AS (
        SELECT 0, key, 'unknown key', 'known keys are all, verdict, block_limit'
        FROM jsonb_object_keys(p_definition) AS key
        WHERE key NOT IN ('all', 'verdict', 'block_limit')
        UNION ALL
        SELECT 1, 'verdict', 'must be match or review', 'leave it out for match'
        WHERE coalesce(p_definition -> 'verdict', '"match"') NOT IN ('"match"', '"review"')
        UNION ALL
        SELECT 1, 'block_limit', 'must be a whole number from 2 to 10000', '300 is the default'
        WHERE p_definition ? 'block_limit'
          AND NOT coalesce(p_definition @@ '$.block_limit >= 2 && $.block_limit <= 10000 && $.block_limit.floor() == $.block_limit', false)
        UNION ALL
        SELECT 2, 'all', 'must list conditions', 'write {"all": [{"attribute": "date_of_birth", "compare": "exact"}, ...]}'
        WHERE NOT EXISTS (SELECT FROM condition)
        UNION ALL
        SELECT 3, 'all', 'must not list more than 20 conditions', 'each is looked at for every pair of candidates'
        FROM condition
        HAVING count(*) > 20
        UNION ALL
        SELECT 10 * number, place, 'must be an object', 'write {"attribute": ..., "compare": ...}'
        FROM condition
        WHERE jsonb_typeof(item) <> 'object'
        UNION ALL
        SELECT 10 * number + 1, place || '.compare', 'is missing or unknown',
            'choose one of exact, trigram, metaphone, levenshtein, date_close, numeric_close'
        FROM condition
        WHERE NOT EXISTS (SELECT FROM parameter WHERE parameter.compare = condition.compare)
        UNION ALL
        SELECT 10 * number + 2, place || '.' || given.name, 'unknown key',
            'known keys are ' || concat_ws(', ', 'attribute', 'compare', (
                SELECT string_agg(parameter.key, ', ') FROM parameter WHERE parameter.compare = condition.compare
            ))
        FROM condition
        CROSS JOIN LATERAL jsonb_object_keys(CASE WHEN jsonb_typeof(item) = 'object' THEN item ELSE '{}' END) AS given (name)
        WHERE given.name NOT IN ('attribute', 'compare')
          AND NOT EXISTS (SELECT FROM parameter WHERE (parameter.compare, parameter.key) = (condition.compare, given.name))
        UNION ALL
        SELECT 10 * number + 3, place || '.attribute', 'must name an active attribute that is sent as a trait',
            'list them with c360 tenant show'
        FROM condition
        WHERE data_type IS NULL
        UNION ALL
        SELECT 10 * number + 4, place || '.attribute', format('holds %s and cannot be compared by %s', data_type, compare),
            'text by exact, trigram, metaphone and levenshtein, days by exact and date_close, numbers by exact and numeric_close'
        FROM condition
        WHERE data_type IN ('text[]', 'jsonb')
           OR compare IN ('trigram', 'metaphone', 'levenshtein') AND data_type <> 'text'
           OR compare = 'date_close' AND data_type NOT IN ('date', 'timestamptz')
           OR compare = 'numeric_close' AND data_type NOT IN ('integer', 'bigint', 'numeric', 'double precision')
        UNION ALL
        SELECT 10 * number + 5, place || '.' || parameter.key, parameter.what, 'see docs/how-to/match-rules.md'
        FROM condition
        JOIN parameter USING (compare)
        CROSS JOIN LATERAL (SELECT item -> parameter.key) AS given (value)
        WHERE given.value IS NOT NULL
          AND CASE
            WHEN parameter.is_whole IS NULL THEN jsonb_typeof(given.value) <> 'boolean'
            WHEN jsonb_typeof(given.value) <> 'number' THEN true
            ELSE given.value::numeric < parameter.low
                OR given.value::numeric > coalesce(parameter.high::numeric, 'Infinity')
                OR parameter.is_whole AND given.value::numeric % 1 <> 0
        END
        UNION ALL
        SELECT 10 * number + 6, place, 'needs either within or within_ratio', 'within is a difference, within_ratio a share'
        FROM condition
        WHERE compare = 'numeric_close'
          AND (item ? 'within') = (item ? 'within_ratio')
        UNION ALL
        SELECT 1000000, 'all', 'metaphone alone may not decide', 'add a condition, such as trigram on the first name'
        FROM condition
        HAVING bool_and(compare = 'metaphone')
        UNION ALL
        SELECT 1000001, 'all', 'needs one condition that compares by exact or metaphone',
            'candidates are found by equal values; without one every pair would have to be compared'
        FROM condition
        HAVING NOT bool_or(compare IN ('exact', 'metaphone'))
    )
    SELECT jsonb_build_object('where', problem.place, 'what', problem.what, 'hint', problem.hint)
    FROM problem
    ORDER BY
        problem.rank,
        problem.place COLLATE "C"
    LIMIT 1;
$$;

COMMENT ON FUNCTION c360._composite_rule_problem(text, jsonb) IS
    'The first problem in the definition of a composite rule as {where, what, hint}; NULL when there is none.';
