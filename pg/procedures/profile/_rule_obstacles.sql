-- Why no composite rule made two observations one: the conditions that fail; or that all hold, and then what they would make one
-- contradicts, or so many observations share the values that they say nothing about a person. Masked values are hidden.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._rule_obstacles(
    p_tenant text,
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
        CASE WHEN found.is_pair THEN 2 ELSE 5 END,
        known.priority,
        jsonb_build_object(
            'kind', CASE
                WHEN found.is_pair THEN 'contested'
                WHEN (found.answer ->> 'holds')::boolean THEN 'shared'
                ELSE 'conditions_fail'
            END,
            'rule', known.rule,
            'conditions', CASE
                WHEN (found.answer ->> 'holds')::boolean THEN found.answer -> 'conditions'
                ELSE jsonb_path_query_array(found.answer, '$.conditions[*] ? (@.holds == false)')
            END
        )
    FROM c360.match_rules AS known
    CROSS JOIN LATERAL (
        SELECT
            c360._evaluate_rule(p_tenant, known.rule, p_first, p_second) AS answer,
            EXISTS (
                SELECT
                FROM cdp_match_pairs AS pair
                WHERE pair.low_raw_profile_id = least(p_first, p_second)
                  AND pair.high_raw_profile_id = greatest(p_first, p_second)
                  AND pair.rule = known.rule
                  AND pair.verdict = 'match'
            ) AS is_pair
        OFFSET 0
    ) AS found
    WHERE known.tenant = p_tenant
      AND known.is_active
      AND known.kind = 'composite';
END;
$$;

COMMENT ON FUNCTION c360._rule_obstacles(text, bigint, bigint) IS
    'Why composite rules do not tie two observations, condition by condition.';
