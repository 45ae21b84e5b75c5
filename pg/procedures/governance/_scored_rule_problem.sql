-- Looks for what cannot be right in the definition of a scored rule: {where, what, hint} of the first problem, NULL when
-- there is none; {} is the default recipe. The twin of the checks in controlplane/c360/domain/rules.py, which knows neither
-- the attributes nor the identifier types. Reads only.

CREATE OR REPLACE FUNCTION c360._scored_rule_problem(
    p_tenant     text,
    p_definition jsonb
)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH known (attribute) AS (
        SELECT described.attribute
        FROM c360.profile_attributes AS described
        WHERE described.tenant = p_tenant
          AND described.status = 'active'
          AND described.maintained_by = 'traits'
    ),
    list (name, value) AS (
        SELECT
            name,
            CASE WHEN jsonb_typeof(p_definition -> name) = 'array' THEN p_definition -> name ELSE '[]' END
        FROM unnest('{comparisons,blocking,decides}'::text[]) AS name
    ),
    element AS (
        SELECT
            list.name,
            item.value,
            item.number::integer AS number,
            format('%s[%s]', list.name, item.number) AS place
        FROM list
        CROSS JOIN LATERAL jsonb_array_elements(list.value) WITH ORDINALITY AS item (value, number)
    ),
    problem (rank, place, what, hint) AS (
        SELECT 0, key, 'unknown key', 'known keys are comparisons, blocking, match, review, decides, term_frequency'
        FROM jsonb_object_keys(p_definition) AS key
        WHERE key NOT IN ('comparisons', 'blocking', 'match', 'review', 'decides', 'term_frequency')
        UNION ALL
        SELECT 1, threshold, 'must be a probability above 0 and up to 1', 'leave it out for the default'
        FROM unnest('{match,review}'::text[]) AS threshold
        WHERE p_definition ? threshold
          AND NOT coalesce(p_definition @@ format('$.%s > 0 && $.%1$s <= 1', threshold)::jsonpath, false)
        UNION ALL
        SELECT 2, 'review', 'must not be above match', 'pairs between review and match go to a person'
        WHERE p_definition @@ '$.review > $.match'
        UNION ALL
        SELECT 3, 'term_frequency', 'must be true or false', 'true is the default'
        WHERE jsonb_typeof(p_definition -> 'term_frequency') <> 'boolean'
        UNION ALL
        SELECT 4, list.name, 'must be a list', 'leave it out for the default'
        FROM list
        WHERE jsonb_typeof(p_definition -> list.name) <> 'array'
        UNION ALL
        SELECT 5, element.name, 'must not list more than 60', 'each is looked at for every pair of candidates'
        FROM element
        GROUP BY element.name
        HAVING count(*) > 60
        UNION ALL
        SELECT 10 * number + 1, place, 'must be an identifier type', 'list them with c360 tenant show'
        FROM element
        WHERE name = 'decides'
          AND NOT EXISTS (
            SELECT
            FROM c360.identifier_types AS kind
            WHERE kind.tenant = p_tenant
              AND to_jsonb(kind.identifier_type) = element.value
        )
        UNION ALL
        SELECT 10 * number + 2, place, 'must list attributes', 'write [["date_of_birth", "last_name"], ...]'
        FROM element
        WHERE name = 'blocking'
          AND NOT (jsonb_typeof(value) = 'array' AND value <> '[]' AND value @@ 'strict $[*].type() == "string"')
        UNION ALL
        SELECT 10 * number + 3, place, 'must be an object', 'write {"attribute": ..., "as": ...}'
        FROM element
        WHERE name = 'comparisons'
          AND jsonb_typeof(value) <> 'object'
        UNION ALL
        SELECT 10 * number + 4, place || '.' || key, 'unknown key', 'known keys are attribute, as, levels, weights'
        FROM element
        CROSS JOIN LATERAL jsonb_object_keys(CASE WHEN jsonb_typeof(value) = 'object' THEN value ELSE '{}' END) AS key
        WHERE name = 'comparisons'
          AND key NOT IN ('attribute', 'as', 'levels', 'weights')
        UNION ALL
        SELECT 10 * number + 5, place || '.attribute', 'must name an active attribute that is sent as a trait',
            'list them with c360 tenant show'
        FROM element
        WHERE name = 'comparisons'
          AND NOT EXISTS (SELECT FROM known WHERE known.attribute = element.value ->> 'attribute')
        UNION ALL
        SELECT 10 * number + 6, place || '.as', 'is missing or unknown',
            'choose one of given_name, family_name, date, email, phone, id, text, exact, number'
        FROM element
        WHERE name = 'comparisons'
          AND coalesce(value ->> 'as', '') NOT IN (
            'given_name', 'family_name', 'date', 'email', 'phone', 'id', 'text', 'exact', 'number'
        )
        UNION ALL
        SELECT 10 * number + 7, place || '.' || key, 'must be a list of numbers', 'leave it out for the default recipe'
        FROM element
        CROSS JOIN unnest('{levels,weights}'::text[]) AS key
        WHERE name = 'comparisons'
          AND value ? key
          AND NOT (jsonb_typeof(value -> key) = 'array' AND NOT (value -> key) @? 'strict $[*] ? (@.type() != "number")')
    )
    SELECT jsonb_build_object('where', problem.place, 'what', problem.what, 'hint', problem.hint)
    FROM problem
    ORDER BY
        problem.rank,
        problem.place COLLATE "C"
    LIMIT 1;
$$;

COMMENT ON FUNCTION c360._scored_rule_problem(text, jsonb) IS
    'The first problem in the definition of a scored rule as {where, what, hint}; NULL when there is none.';
