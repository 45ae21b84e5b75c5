-- Why no composite rule made two golden records one: the conditions that fail; or that all hold, and then what they would make
-- one contradicts, or the rule leaves it to people (for_review), or so many observations share the values that they say
-- nothing about a person. p_one and p_two are all observations of the one and the other; told of is a pair of them that the
-- rule has found, or the two that were asked for when it found none. Masked values are hidden.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._rule_obstacles(
    p_tenant text,
    p_one    bigint[],
    p_two    bigint[],
    p_first  bigint,
    p_second bigint
)
    RETURNS TABLE (distance integer, priority integer, detail jsonb)
    LANGUAGE plpgsql
    STABLE
    SET jit = off
AS $$
BEGIN
    RETURN QUERY
    SELECT
        CASE WHEN found.verdict IS NULL THEN 5 ELSE 2 END,
        known.priority,
        jsonb_build_object(
            'kind', CASE
                WHEN found.verdict = 'match' THEN 'contested'
                WHEN found.verdict IN ('review', 'kin') THEN 'for_review'
                WHEN (found.answer ->> 'holds')::boolean THEN 'shared'
                ELSE 'conditions_fail'
            END,
            'rule', known.rule,
            'first_raw_profile_id', found.first,
            'second_raw_profile_id', found.second,
            'conditions', CASE
                WHEN (found.answer ->> 'holds')::boolean THEN found.answer -> 'conditions'
                ELSE jsonb_path_query_array(found.answer, '$.conditions[*] ? (@.holds == false)')
            END
        )
    FROM c360.match_rules AS known
    CROSS JOIN LATERAL (
        SELECT
            pair.verdict,
            coalesce(pair.first_raw_profile_id, p_first) AS first,
            coalesce(pair.second_raw_profile_id, p_second) AS second,
            c360._evaluate_rule(
                p_tenant, known.rule, coalesce(pair.first_raw_profile_id, p_first), coalesce(pair.second_raw_profile_id, p_second)
            ) AS answer
        FROM c360._best_pair(known.rule, p_one, p_two) AS pair
        OFFSET 0
    ) AS found
    WHERE known.tenant = p_tenant
      AND known.is_active
      AND known.kind = 'composite';
END;
$$;

COMMENT ON FUNCTION c360._rule_obstacles(text, bigint[], bigint[], bigint, bigint) IS
    'Why composite rules do not tie two golden records, condition by condition.';
