-- Counts pairs of observations that tell who they are by a trait: those that pairs tie into one group (found), those of one
-- truth (wanted), and those of both (hit). Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._judged_pairs(
    p_truth_attribute text,
    p_low             bigint[],
    p_high            bigint[]
)
    RETURNS TABLE (kind text, pairs bigint)
    LANGUAGE plpgsql
    STABLE
    SET jit = off
AS $$
BEGIN
    RETURN QUERY
    WITH member AS MATERIALIZED (
        SELECT
            coalesce(placed.component, -raw.raw_profile_id) AS component,
            raw.traits ->> p_truth_attribute AS truth
        FROM cdp_raw_profiles AS raw
        LEFT JOIN c360._components(p_low, p_high) AS placed ON placed.node = raw.raw_profile_id
        WHERE raw.traits ->> p_truth_attribute <> ''
    ),
    cell AS MATERIALIZED (
        SELECT
            member.component,
            member.truth,
            count(*) AS size
        FROM member
        GROUP BY
            member.component,
            member.truth
    )
    SELECT 'hit', coalesce(sum(cell.size * (cell.size - 1) / 2), 0)::bigint
    FROM cell
    UNION ALL
    SELECT 'found', coalesce(sum(whole.size * (whole.size - 1) / 2), 0)::bigint
    FROM (SELECT sum(cell.size)::bigint AS size FROM cell GROUP BY cell.component) AS whole
    UNION ALL
    SELECT 'wanted', coalesce(sum(whole.size * (whole.size - 1) / 2), 0)::bigint
    FROM (SELECT sum(cell.size)::bigint AS size FROM cell GROUP BY cell.truth) AS whole;
END;
$$;

COMMENT ON FUNCTION c360._judged_pairs(text, bigint[], bigint[]) IS
    'How many pairs of observations groups make, truth makes, and both.';
