-- Which of the keys that a rule made of new observations are held by more observations than the rule allows, and were not
-- before these came. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._newly_crowded_keys(
    p_rule            text,
    p_rules           text[],
    p_keys            text[],
    p_raw_profile_ids bigint[],
    p_limit           integer
)
    RETURNS text[]
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
BEGIN
    RETURN ARRAY(
        SELECT crowded.key
        FROM (
            SELECT
                made.key,
                (
                    SELECT count(*)
                    FROM (SELECT FROM cdp_match_keys AS holder WHERE holder.key = made.key LIMIT p_limit + 1) AS counted
                ) AS holder_count
            FROM (SELECT DISTINCT given.key FROM unnest(p_rules, p_keys) AS given (rule, key) WHERE given.rule = p_rule) AS made
            OFFSET 0
        ) AS crowded
        WHERE crowded.holder_count > p_limit
          AND (
            SELECT count(*)
            FROM (
                SELECT
                FROM cdp_match_keys AS holder
                WHERE holder.key = crowded.key
                  AND holder.raw_profile_id <> ALL (p_raw_profile_ids)
                LIMIT p_limit + 1
            ) AS earlier
        ) <= p_limit
    );
END;
$$;

COMMENT ON FUNCTION c360._newly_crowded_keys(text, text[], text[], bigint[], integer) IS
    'Keys that too many observations hold since these were added.';
