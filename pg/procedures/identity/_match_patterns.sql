-- How many pairs agree in which way by the scored match rule. p_may_share gives half of thousands to another process, if
-- PostgreSQL has one to spare; then a pattern may be answered twice. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._match_patterns(
    p_match_model_id bigint,
    p_low            bigint[],
    p_high           bigint[],
    p_may_share      boolean
)
    RETURNS TABLE (levels smallint[], pair_count bigint)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    COST 1000000
    SET parallel_setup_cost = 1e9
    SET parallel_tuple_cost = 0
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_half integer := cardinality(p_low) / 2;
BEGIN
    IF p_may_share AND v_half >= 2000 THEN
        PERFORM set_config('parallel_setup_cost', '0', true);
        RETURN QUERY
        SELECT part.*
        FROM c360._match_patterns(p_match_model_id, p_low[:v_half], p_high[:v_half], false) AS part
        UNION ALL
        SELECT part.*
        FROM c360._match_patterns(p_match_model_id, p_low[v_half + 1:], p_high[v_half + 1:], false) AS part;
        RETURN;
    END IF;

    RETURN QUERY
    SELECT
        compared.levels,
        count(*)
    FROM match_levels(p_match_model_id, p_low, p_high, NULL, NULL, false) AS compared
    GROUP BY compared.levels;
END;
$$;

COMMENT ON FUNCTION c360._match_patterns(bigint, bigint[], bigint[], boolean) IS
    'Patterns of agreement of pairs, and how many pairs show each.';
