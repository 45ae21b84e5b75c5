-- Whether the reason of a link ties still: the identifier stands for one person, the override is there, the pair matches.
-- A weak identifier behind which there are several persons may tie the two or not; it counts as no reason, so that a
-- better one is written. Asked for one link after the other, so its plans are kept: making one takes longer than the answer.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._reason_holds(
    p_raw_profile_id bigint,
    p_rule           text,
    p_evidence       jsonb
)
    RETURNS boolean
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
AS $$
BEGIN
    RETURN CASE
        WHEN p_rule LIKE 'exact:%' THEN
            EXISTS (
                SELECT
                FROM cdp_raw_identifiers AS own
                WHERE own.raw_profile_id = p_raw_profile_id
                  AND own.identifier_type = p_evidence ->> 'identifier_type'
                  AND own.value = p_evidence ->> 'value'
                  AND own.is_usable
            )
            AND NOT EXISTS (
                SELECT
                FROM cdp_value_states AS crowd
                WHERE crowd.identifier_type = p_evidence ->> 'identifier_type'
                  AND crowd.value = p_evidence ->> 'value'
            )
        WHEN p_rule = 'must_link' THEN
            EXISTS (
                SELECT
                FROM cdp_link_override_members AS member
                WHERE member.link_override_id = (p_evidence ->> 'link_override_id')::bigint
                  AND member.raw_profile_id = p_raw_profile_id
            )
        ELSE
            EXISTS (
                SELECT
                FROM cdp_match_pairs AS pair
                WHERE pair.low_raw_profile_id = least(p_raw_profile_id, (p_evidence ->> 'with_raw_profile_id')::bigint)
                  AND pair.high_raw_profile_id = greatest(p_raw_profile_id, (p_evidence ->> 'with_raw_profile_id')::bigint)
                  AND pair.rule = p_rule
                  AND pair.verdict = 'match'
            )
    END;
END;
$$;

COMMENT ON FUNCTION c360._reason_holds(bigint, text, jsonb) IS
    'Whether the tie that a link names as its reason is one still.';
