-- Lets golden records redirect to others: p_absorbed[i] to p_survivor[i]. What redirected to an absorbed one redirects to
-- the survivor from now on, so that there are no chains. Only merges that are news are written to cdp_profile_merges.
-- Trusts the search_path and that the links have moved. Raises nothing.

CREATE OR REPLACE FUNCTION c360._absorb_profiles(
    p_absorbed uuid[],
    p_survivor uuid[],
    p_rule     text[],
    p_evidence jsonb[],
    p_at       timestamptz
)
    RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode = auto
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_variable
BEGIN
    IF coalesce(cardinality(p_absorbed), 0) = 0 THEN
        RETURN;
    END IF;

    UPDATE cdp_master_profiles AS redirected
    SET merged_into = gone.survivor
    FROM unnest(p_absorbed, p_survivor) AS gone (absorbed, survivor)
    WHERE redirected.merged_into = gone.absorbed;

    UPDATE cdp_master_profiles AS profile
    SET status = 'merged',
        merged_into = gone.survivor,
        version = profile.version + 1,
        updated_at = p_at
    FROM unnest(p_absorbed, p_survivor) AS gone (absorbed, survivor)
    WHERE profile.master_profile_id = gone.absorbed;

    DELETE FROM cdp_profile_metrics AS metrics
    WHERE metrics.master_profile_id = ANY (p_absorbed);

    INSERT INTO cdp_profile_merges (survivor_id, absorbed_id, rule, evidence, merged_at)
    SELECT
        gone.survivor,
        gone.absorbed,
        gone.rule,
        gone.evidence,
        p_at
    FROM unnest(p_absorbed, p_survivor, p_rule, p_evidence) AS gone (absorbed, survivor, rule, evidence);
END;
$$;

COMMENT ON FUNCTION c360._absorb_profiles(uuid[], uuid[], text[], jsonb[], timestamptz) IS
    'Marks golden records as merged into others and records the merges.';
