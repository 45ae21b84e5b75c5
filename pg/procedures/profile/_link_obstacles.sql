-- Why two golden records are two, nearest first: each entry names the rule that could have tied them and what failed about it
-- or stood in its way. p_one and p_two are all observations of the one and the other. Kinds:
-- cannot_link (a person said so), contested (they share a value, but being one would contradict), review (a person has to
-- decide), conflict, limit and size (what contradicts), blocked, unmatched, shared, divided (they share a value that links
-- nobody), below_threshold, not_compared, no_model, for_review and conditions_fail (a match rule), values_differ, absent,
-- nothing_to_compare (neither has an identifier, and no match rule compares them). Never empty. Masked values are hidden.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._link_obstacles(
    p_tenant text,
    p_one    bigint[],
    p_two    bigint[],
    p_first  bigint,
    p_second bigint
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_agg(obstacle.detail ORDER BY obstacle.distance, obstacle.priority, obstacle.detail::text),
            '[{"kind": "nothing_to_compare"}]'
        )
        FROM (
            SELECT * FROM c360._decided_obstacles(p_tenant, p_one, p_two)
            UNION ALL
            SELECT * FROM c360._identifier_obstacles(p_tenant, p_one, p_two)
            UNION ALL
            SELECT * FROM c360._contradictions(p_tenant, p_one, p_two)
            UNION ALL
            SELECT * FROM c360._rule_obstacles(p_tenant, p_one, p_two, p_first, p_second)
            UNION ALL
            SELECT * FROM c360._scored_obstacles(p_tenant, p_one, p_two, p_first, p_second)
        ) AS obstacle
    );
END;
$$;

COMMENT ON FUNCTION c360._link_obstacles(text, bigint[], bigint[], bigint, bigint) IS
    'What keeps two golden records apart, rule by rule, nearest first.';
