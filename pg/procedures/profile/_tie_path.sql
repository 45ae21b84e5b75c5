-- The shortest way between two observations of one golden record over ties of all kinds, from the first to the second: a list
-- of steps, each with the two observations, the rule and the values behind it. NULL when no tie leads there.
-- Masked values are hidden. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._tie_path(
    p_tenant          text,
    p_raw_profile_ids bigint[],
    p_first           bigint,
    p_second          bigint
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
BEGIN
    RETURN (
        WITH RECURSIVE tree AS MATERIALIZED (
            SELECT *
            FROM c360._tie_tree(p_tenant, p_raw_profile_ids, p_first)
        ),
        back AS (
            SELECT *
            FROM tree
            WHERE tree.raw_profile_id = p_second
            UNION ALL
            SELECT next.*
            FROM back
            JOIN tree AS next ON next.raw_profile_id = back.with_raw_profile_id
        )
        SELECT coalesce(
            jsonb_agg(
                c360._explained_tie(
                    p_tenant, back.rule, back.score, back.evidence, back.with_raw_profile_id, back.raw_profile_id
                )
                ORDER BY back.depth
            ) FILTER (WHERE back.depth > 0),
            '[]'
        )
        FROM back
        HAVING count(*) > 0
    );
END;
$$;

COMMENT ON FUNCTION c360._tie_path(text, bigint[], bigint, bigint) IS
    'The shortest chain of ties between two observations, explained step by step.';
