-- The ties of loose observations, for components and evidence: each with the other observation it leads to and the node
-- that stands for that one: itself when it is loose too, otherwise its component. All linked holders of one value are in
-- one component, so one of them speaks for all: a value held by thousands costs one look-up. Loose are new observations and
-- those of the components p_dissolved, which are taken apart. What the new ones hold that is usable is p_held_*; what several
-- observations hold of that is p_types and p_texts, p_holders of them as _note_values() counts.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._ties(
    p_tenant      text,
    p_fresh       bigint[],
    p_apart       bigint[],
    p_dissolved   bigint[],
    p_held_types  text[],
    p_held_values text[],
    p_held_voices bigint[],
    p_held_by     bigint[],
    p_types       text[],
    p_texts       text[],
    p_holders     integer[]
)
    RETURNS TABLE (
        raw_profile_id bigint, with_raw_profile_id bigint, node bigint, priority integer, rule text, score real,
        identifier_type text, value text, link_override_id bigint
    )
    LANGUAGE plpgsql
    STABLE
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    v_loose   bigint[] := p_fresh || p_apart;
    v_decided text[] := c360._decided_types(p_tenant);
BEGIN
    RETURN QUERY
    WITH apart AS MATERIALIZED (
        SELECT
            own.identifier_type,
            own.value,
            own.voice,
            own.raw_profile_id
        FROM unnest(p_apart) AS wanted (raw_profile_id)
        CROSS JOIN LATERAL (
            SELECT
                held.identifier_type,
                held.value,
                held.voice,
                held.raw_profile_id
            FROM cdp_raw_identifiers AS held
            WHERE held.raw_profile_id = wanted.raw_profile_id
              AND held.is_usable
            OFFSET 0
        ) AS own
    ),
    held AS MATERIALIZED (
        SELECT
            sent.identifier_type COLLATE "C" AS identifier_type,
            sent.value COLLATE "C" AS value,
            sent.voice,
            sent.raw_profile_id
        FROM unnest(p_held_types, p_held_values, p_held_voices, p_held_by) AS sent (identifier_type, value, voice, raw_profile_id)
        UNION ALL
        SELECT
            apart.identifier_type,
            apart.value,
            apart.voice,
            apart.raw_profile_id
        FROM apart
    ),
    -- Most values are held by one observation alone and tie nobody. What the new ones hold has been looked up before.
    noted AS MATERIALIZED (
        SELECT *
        FROM unnest(p_types, p_texts, p_holders) AS several (identifier_type, value, holders)
    ),
    several AS MATERIALIZED (
        SELECT
            noted.identifier_type,
            noted.value,
            noted.holders
        FROM noted
        UNION ALL
        SELECT
            other.identifier_type,
            other.value,
            NULL
        FROM (
            SELECT
                apart.identifier_type,
                apart.value
            FROM apart
            EXCEPT
            SELECT
                noted.identifier_type,
                noted.value
            FROM noted
        ) AS other
        CROSS JOIN LATERAL (
            SELECT count(*) AS every
            FROM (
                SELECT
                FROM cdp_raw_identifiers AS holder
                WHERE holder.identifier_type = other.identifier_type
                  AND holder.value = other.value
                LIMIT 2
            ) AS seen
            OFFSET 0
        ) AS holders
        WHERE holders.every > 1
    ),
    joint AS MATERIALIZED (
        SELECT
            several.identifier_type,
            several.value,
            -- As many as were counted may be all of them, or not.
            CASE WHEN several.holders <= kind.person_limit THEN several.holders END AS holders,
            kind.priority,
            crowd.is_shared IS NOT NULL AND NOT kind.is_strong AS is_divided
        FROM several
        CROSS JOIN LATERAL (
            SELECT
                known.identifier_type,
                known.person_limit,
                known.priority,
                c360._is_strong_value(known.is_strong, known.normaliser, several.value) AS is_strong
            FROM c360.identifier_types AS known
            WHERE known.tenant = p_tenant
              AND known.identifier_type = split_part(several.identifier_type, ':', 1)
            OFFSET 0
        ) AS kind
        LEFT JOIN LATERAL (
            -- Not the state itself: knowing how few are not shared, the planner would expect none, and nested loops do.
            SELECT known.state = 'shared' AS is_shared
            FROM cdp_value_states AS known
            WHERE known.identifier_type = several.identifier_type
              AND known.value = several.value
            OFFSET 0
        ) AS crowd ON true
        WHERE crowd.is_shared IS NOT TRUE
          AND NOT coalesce(kind.identifier_type = ANY (v_decided), false)
    ),
    tied AS MATERIALIZED (
        SELECT
            held.raw_profile_id,
            held.identifier_type,
            held.value,
            joint.holders,
            joint.priority,
            CASE WHEN joint.is_divided THEN held.voice >> 24 END AS person
        FROM held
        JOIN joint USING (identifier_type, value)
        WHERE NOT joint.is_divided
           OR held.voice >= 1::bigint << 48
    ),
    tie_group AS MATERIALIZED (
        SELECT
            tied.identifier_type,
            tied.value,
            tied.person,
            coalesce(count(*) < tied.holders, true) AS has_known,
            min(tied.raw_profile_id) AS lowest,
            max(tied.raw_profile_id) AS highest
        FROM tied
        GROUP BY
            tied.identifier_type,
            tied.value,
            tied.person,
            tied.holders
        ORDER BY
            tied.identifier_type,
            tied.value
    ),
    reached AS MATERIALIZED (
        SELECT
            tie_group.identifier_type,
            tie_group.value,
            tie_group.person,
            tie_group.lowest,
            tie_group.highest,
            known.raw_profile_id,
            known.component_id
        FROM tie_group
        LEFT JOIN LATERAL (
            SELECT
                link.raw_profile_id,
                link.component_id
            FROM cdp_raw_identifiers AS holder
            JOIN cdp_profile_links AS link ON link.raw_profile_id = holder.raw_profile_id
            WHERE holder.identifier_type = tie_group.identifier_type
              AND holder.value = tie_group.value
              AND holder.voice >= coalesce(tie_group.person << 24, 0)
              AND holder.voice <= coalesce((tie_group.person + 1 << 24) - 1, 9223372036854775807)
              AND NOT link.component_id = ANY (p_dissolved)
              -- Here and not in the join, so that nobody is looked up in vain.
              AND tie_group.has_known
            LIMIT 1
        ) AS known ON true
    ),
    decided AS MATERIALIZED (
        SELECT
            override.raw_profile_id,
            override.link_override_id,
            min(override.raw_profile_id) OVER (PARTITION BY override.link_override_id) AS lowest,
            max(override.raw_profile_id) OVER (PARTITION BY override.link_override_id) AS highest
        FROM c360._override_ties(v_loose) AS override
        WHERE override.kind = 'must_link'
    )
    SELECT
        tied.raw_profile_id,
        partner.id,
        coalesce(reached.component_id, partner.id),
        tied.priority,
        'exact:' || tied.identifier_type,
        1::real,
        tied.identifier_type,
        tied.value,
        NULL::bigint
    FROM tied
    JOIN reached
        ON reached.identifier_type = tied.identifier_type
        AND reached.value = tied.value
        AND reached.person IS NOT DISTINCT FROM tied.person
    CROSS JOIN LATERAL (
        SELECT coalesce(
            reached.raw_profile_id,
            CASE WHEN reached.lowest <> tied.raw_profile_id THEN reached.lowest ELSE nullif(reached.highest, tied.raw_profile_id) END
        ) AS id
    ) AS partner
    WHERE partner.id IS NOT NULL
    UNION ALL
    SELECT
        weighed.raw_profile_id,
        weighed.with_raw_profile_id,
        weighed.node,
        weighed.priority,
        weighed.rule,
        1,
        weighed.identifier_type,
        weighed.value,
        NULL
    FROM c360._decided_ties(p_tenant, p_fresh, p_apart, p_dissolved, p_types, p_texts) AS weighed
    UNION ALL
    SELECT
        beside.raw_profile_id,
        beside.with_raw_profile_id,
        coalesce(link.component_id, beside.with_raw_profile_id),
        beside.priority,
        beside.rule,
        beside.score,
        NULL,
        NULL,
        beside.link_override_id
    FROM (
        SELECT
            pair.raw_profile_id,
            pair.with_raw_profile_id,
            pair.priority,
            pair.rule,
            pair.score,
            NULL::bigint AS link_override_id
        FROM c360._pair_ties(p_tenant, v_loose) AS pair
        UNION ALL
        SELECT
            alias.raw_profile_id,
            alias.with_raw_profile_id,
            0,
            'alias',
            1,
            NULL
        FROM c360._alias_partners(v_loose, p_dissolved) AS alias
        UNION ALL
        SELECT
            decided.raw_profile_id,
            partner.id,
            -1,
            'must_link',
            1,
            decided.link_override_id
        FROM decided
        LEFT JOIN LATERAL (
            SELECT member.raw_profile_id
            FROM cdp_link_override_members AS member
            JOIN cdp_profile_links AS known ON known.raw_profile_id = member.raw_profile_id
            WHERE member.link_override_id = decided.link_override_id
              AND NOT known.component_id = ANY (p_dissolved)
            ORDER BY member.raw_profile_id
            LIMIT 1
        ) AS linked ON true
        CROSS JOIN LATERAL (
            SELECT coalesce(
                linked.raw_profile_id,
                CASE
                    WHEN decided.lowest <> decided.raw_profile_id THEN decided.lowest
                    ELSE nullif(decided.highest, decided.raw_profile_id)
                END
            ) AS id
        ) AS partner
    ) AS beside
    LEFT JOIN LATERAL (
        SELECT known.component_id
        FROM cdp_profile_links AS known
        WHERE known.raw_profile_id = beside.with_raw_profile_id
          AND NOT known.component_id = ANY (p_dissolved)
        OFFSET 0
    ) AS link ON true
    -- The other one may wait for a later batch, which will find the tie again.
    WHERE link.component_id IS NOT NULL
       OR beside.with_raw_profile_id = ANY (v_loose);
END;
$$;

COMMENT ON FUNCTION c360._ties(
    text, bigint[], bigint[], bigint[], text[], text[], bigint[], bigint[], text[], text[], integer[]
) IS
    'What ties loose observations to each other and to known components, most trusted or not.';
