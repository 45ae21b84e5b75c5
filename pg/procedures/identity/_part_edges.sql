-- The edge that joined each observation to its part of a contested component: its most trusted tie that another observation
-- of the same part has too, with the first one that does: what a person decided, an alias, an identifier, a pair of a match rule.
-- The lowest observation of a part is new. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._part_edges(
    p_tenant          text,
    p_raw_profile_ids bigint[],
    p_parts           bigint[]
)
    RETURNS TABLE (raw_profile_id bigint, rule text, score real, evidence jsonb)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH member AS MATERIALIZED (
        SELECT
            listed.raw_profile_id,
            listed.part
        FROM unnest(p_raw_profile_ids, p_parts) AS listed (raw_profile_id, part)
    ),
    held AS MATERIALIZED (
        SELECT
            member.raw_profile_id,
            member.part,
            holder.priority,
            holder.identifier_type COLLATE "C" AS identifier_type,
            holder.value COLLATE "C" AS value,
            holder.person,
            holder.is_decided AND holder.names_person AS needs_nameless,
            CASE WHEN NOT holder.names_person THEN member.raw_profile_id END AS nameless
        FROM c360._tie_holders(p_tenant, p_raw_profile_ids) AS holder
        JOIN member USING (raw_profile_id)
    ),
    beside AS (
        SELECT
            held.*,
            first_value(held.raw_profile_id) OVER holders AS lowest,
            nth_value(held.raw_profile_id, 2) OVER holders AS second,
            min(held.nameless) OVER holders AS lowest_nameless
        FROM held
        WINDOW holders AS (
            PARTITION BY held.part, held.identifier_type, held.value, held.person
            ORDER BY held.raw_profile_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
    ),
    decided AS MATERIALIZED (
        SELECT
            member.raw_profile_id,
            override.link_override_id,
            min(member.raw_profile_id) OVER (PARTITION BY override.link_override_id, member.part) AS lowest,
            max(member.raw_profile_id) OVER (PARTITION BY override.link_override_id, member.part) AS highest
        FROM c360._override_ties(p_raw_profile_ids) AS override
        JOIN member USING (raw_profile_id)
        WHERE override.kind = 'must_link'
    ),
    alias AS MATERIALIZED (
        SELECT
            told.previous_id,
            min(member.raw_profile_id) FILTER (WHERE told.is_alias) AS one,
            min(member.raw_profile_id) FILTER (WHERE NOT told.is_alias) AS other
        FROM c360._alias_ties(p_raw_profile_ids) AS told
        JOIN member USING (raw_profile_id)
        WHERE told.is_held
        GROUP BY
            told.previous_id,
            told.user_id,
            member.part
    ),
    every AS (
        SELECT
            beside.raw_profile_id,
            beside.priority,
            'exact:' || beside.identifier_type AS rule,
            1::real AS score,
            CASE
                WHEN beside.needs_nameless THEN beside.lowest_nameless
                WHEN beside.lowest = beside.raw_profile_id THEN beside.second
                ELSE beside.lowest
            END AS with_raw_profile_id,
            beside.identifier_type,
            beside.value,
            NULL::bigint AS link_override_id
        FROM beside
        WHERE beside.second IS NOT NULL
          AND (NOT beside.needs_nameless OR beside.lowest_nameless IS NOT NULL)
        UNION ALL
        SELECT
            pair.raw_profile_id,
            pair.priority,
            pair.rule,
            pair.score,
            pair.with_raw_profile_id,
            NULL,
            NULL,
            NULL
        FROM c360._pair_ties(p_tenant, p_raw_profile_ids) AS pair
        JOIN member AS one ON one.raw_profile_id = pair.raw_profile_id
        JOIN member AS other ON other.raw_profile_id = pair.with_raw_profile_id AND other.part = one.part
        UNION ALL
        SELECT
            side.id,
            0,
            'alias',
            1,
            side.with_id,
            'user_id',
            alias.previous_id,
            NULL
        FROM alias
        CROSS JOIN LATERAL (VALUES (alias.one, alias.other), (alias.other, alias.one)) AS side (id, with_id)
        WHERE side.id <> side.with_id
        UNION ALL
        SELECT
            one.raw_profile_id,
            -1,
            'must_link',
            1,
            CASE WHEN one.lowest = one.raw_profile_id THEN one.highest ELSE one.lowest END,
            NULL,
            NULL,
            one.link_override_id
        FROM decided AS one
        WHERE one.lowest <> one.highest
    ),
    best AS (
        SELECT DISTINCT ON (every.raw_profile_id) every.*
        FROM every
        ORDER BY
            every.raw_profile_id,
            every.priority,
            every.rule COLLATE "C",
            every.score DESC,
            every.value COLLATE "C",
            every.link_override_id,
            every.with_raw_profile_id
    )
    SELECT
        member.raw_profile_id,
        coalesce(best.rule, 'new'),
        coalesce(best.score, 1),
        CASE
            WHEN best.rule IS NULL THEN '{}'
            ELSE jsonb_strip_nulls(jsonb_build_object(
                'identifier_type', best.identifier_type,
                'value', best.value,
                'link_override_id', best.link_override_id,
                'with_raw_profile_id', best.with_raw_profile_id
            ))
        END
    FROM member
    LEFT JOIN best
        ON best.raw_profile_id = member.raw_profile_id
        AND member.raw_profile_id <> member.part;
END;
$$;

COMMENT ON FUNCTION c360._part_edges(text, bigint[], bigint[]) IS
    'For each observation of contested components the rule and evidence that joined it to its part.';
