-- What ties these observations to each other: (observation, rule, key); two observations with the same rule and key are tied
-- directly. Every kind of tie in one form: must-link overrides, aliases, exact identifiers, pairs of match rules. The most trusted has
-- the lowest priority. evidence says what the two share. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._tie_keys(
    p_tenant          text,
    p_raw_profile_ids bigint[]
)
    RETURNS TABLE (raw_profile_id bigint, priority integer, rule text, key text, score real, evidence jsonb)
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT
        member.raw_profile_id,
        -1,
        'must_link',
        member.link_override_id::text,
        1::real,
        jsonb_build_object('link_override_id', member.link_override_id, 'by', override.set_by, 'reason', override.reason)
    FROM unnest(p_raw_profile_ids) AS wanted (raw_profile_id)
    JOIN cdp_link_override_members AS member ON member.raw_profile_id = wanted.raw_profile_id
    JOIN cdp_link_overrides AS override ON override.link_override_id = member.link_override_id
    WHERE override.kind = 'must_link'
    UNION ALL
    SELECT
        alias.raw_profile_id,
        0,
        'alias',
        alias.previous_id || ' ' || alias.user_id,
        1,
        jsonb_build_object('identifier_type', 'user_id', 'value', alias.previous_id)
    FROM c360._alias_ties(p_raw_profile_ids) AS alias
    WHERE alias.is_held
    UNION ALL
    SELECT
        side.raw_profile_id,
        holder.priority,
        'exact:' || holder.identifier_type,
        coalesce(side.mark || ' ', '') || holder.value,
        1::real,
        jsonb_build_object('identifier_type', holder.identifier_type, 'value', holder.value)
    FROM (
        SELECT
            every.*,
            min(every.raw_profile_id) FILTER (WHERE NOT every.names_person) OVER (
                PARTITION BY every.identifier_type COLLATE "C", every.value COLLATE "C"
            ) AS nameless
        FROM c360._tie_holders(p_tenant, p_raw_profile_ids) AS every
    ) AS holder
    -- Of a type about which a scored rule decides: each observation that names a person is tied to one that names nobody.
    CROSS JOIN LATERAL (
        SELECT holder.raw_profile_id, holder.person AS mark
        WHERE NOT (holder.is_decided AND holder.names_person)
        UNION ALL
        SELECT tied.id, holder.raw_profile_id
        FROM unnest(ARRAY[holder.raw_profile_id, holder.nameless]) AS tied (id)
        WHERE holder.is_decided
          AND holder.names_person
          AND holder.nameless IS NOT NULL
    ) AS side
    UNION ALL
    SELECT
        side.raw_profile_id,
        coalesce(matched.priority, 100),
        pair.rule,
        pair.low_raw_profile_id || ':' || pair.high_raw_profile_id,
        pair.score,
        '{}'
    FROM unnest(p_raw_profile_ids) AS wanted (raw_profile_id)
    JOIN cdp_match_pairs AS pair ON pair.low_raw_profile_id = wanted.raw_profile_id
    CROSS JOIN LATERAL (VALUES (pair.low_raw_profile_id), (pair.high_raw_profile_id)) AS side (raw_profile_id)
    LEFT JOIN c360.match_rules AS matched
        ON matched.tenant = p_tenant
        AND matched.rule = pair.rule
    WHERE pair.verdict = 'match'
      AND pair.high_raw_profile_id = ANY (p_raw_profile_ids);
END;
$$;

COMMENT ON FUNCTION c360._tie_keys(text, bigint[]) IS
    'All ties among observations, of every kind: those with the same rule and key are tied.';
