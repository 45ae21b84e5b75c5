-- Assignment where records contradict each other: all observations of these components are partitioned anew, from the
-- records alone, and the golden records follow. Each golden record, merged ones included, stays with the part that holds
-- its founding observation; the oldest one in a part is the part's, the others there are absorbed by it; a part without
-- any gets a new one. So a late contradiction splits what was one, and a merged id comes back to life with its founder.
-- Writes links and merges; answers what happened to which golden record (created, updated, merged, split).
-- p_raw_profile_ids are new, or linked and in a component that was taken apart. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._link_contested_components(
    p_tenant          text,
    p_raw_profile_ids bigint[],
    p_raw_component   bigint[],
    p_known           bigint[],
    p_known_component bigint[],
    p_at              timestamptz
)
    RETURNS TABLE (master_profile_id uuid, change text, other_profile_id uuid, rule text, evidence jsonb)
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
    v_raw           bigint[];
    v_component     bigint[];
    v_before        uuid[];
    v_part          bigint[];
    v_edge_rule     text[];
    v_edge_score    real[];
    v_edge_evidence jsonb[];
    v_refused_one   bigint[];
    v_refused_other bigint[];
    v_refused_rule  text[];
    v_refused_value text[];
    v_refused_score real[];
    v_obstacle      text[];
    v_owner_part    bigint[];
    v_owner         uuid[];
    v_is_new        boolean[];
    v_revived       uuid[];
    v_revived_of    uuid[];
    v_absorbed      uuid[];
    v_absorbed_by   uuid[];
    v_rule          text[];
    v_evidence      jsonb[];
    v_salt          text := gen_random_uuid()::text;
BEGIN
    SELECT
        array_agg(member.raw_profile_id ORDER BY member.raw_profile_id),
        array_agg(member.component ORDER BY member.raw_profile_id),
        array_agg(member.master_profile_id ORDER BY member.raw_profile_id)
    INTO
        v_raw,
        v_component,
        v_before
    FROM (
        SELECT
            fresh.raw_profile_id,
            fresh.component,
            link.master_profile_id
        FROM unnest(p_raw_profile_ids, p_raw_component) AS fresh (raw_profile_id, component)
        LEFT JOIN LATERAL (
            SELECT own.master_profile_id
            FROM cdp_profile_links AS own
            WHERE own.raw_profile_id = fresh.raw_profile_id
            OFFSET 0
        ) AS link ON true
        UNION ALL
        SELECT
            link.raw_profile_id,
            part.component,
            link.master_profile_id
        FROM unnest(p_known, p_known_component) AS part (known, component)
        CROSS JOIN LATERAL (
            SELECT
                own.raw_profile_id,
                own.master_profile_id
            FROM cdp_profile_links AS own
            WHERE own.component_id = part.known
            OFFSET 0
        ) AS link
    ) AS member;

    WITH divided AS MATERIALIZED (
        SELECT part.*
        FROM c360._divide_components(p_tenant, v_raw, v_component, true) AS part
    ),
    member AS MATERIALIZED (
        SELECT each.*
        FROM divided
        CROSS JOIN LATERAL unnest(divided.raw_profile_ids, divided.parts, divided.rules, divided.scores, divided.evidence)
            AS each (raw_profile_id, part, rule, score, evidence)
    ),
    refused AS MATERIALIZED (
        SELECT each.*
        FROM divided
        CROSS JOIN LATERAL unnest(
            divided.refused_one, divided.refused_other, divided.refused_rule, divided.refused_value, divided.refused_score,
            divided.obstacle
        ) AS each (one, other, rule, value, score, obstacle)
    )
    SELECT
        (SELECT array_agg(member.part ORDER BY member.raw_profile_id) FROM member),
        (SELECT array_agg(member.rule ORDER BY member.raw_profile_id) FROM member),
        (SELECT array_agg(member.score ORDER BY member.raw_profile_id) FROM member),
        (SELECT array_agg(member.evidence ORDER BY member.raw_profile_id) FROM member),
        (SELECT array_agg(refused.one) FROM refused),
        (SELECT array_agg(refused.other) FROM refused),
        (SELECT array_agg(refused.rule) FROM refused),
        (SELECT array_agg(refused.value) FROM refused),
        (SELECT array_agg(refused.score) FROM refused),
        (SELECT array_agg(refused.obstacle) FROM refused)
    INTO
        v_part,
        v_edge_rule,
        v_edge_score,
        v_edge_evidence,
        v_refused_one,
        v_refused_other,
        v_refused_rule,
        v_refused_value,
        v_refused_score,
        v_obstacle;

    -- Whose golden record each part is, and what becomes of the others founded there.
    WITH locked AS MATERIALIZED (
        SELECT
            profile.master_profile_id,
            profile.founding_raw_profile_id,
            profile.status,
            profile.merged_into,
            profile.created_at
        FROM cdp_master_profiles AS profile
        WHERE profile.master_profile_id = ANY (ARRAY(
            SELECT founder.master_profile_id
            FROM unnest(v_raw) AS member (raw_profile_id)
            CROSS JOIN LATERAL (
                SELECT own.master_profile_id
                FROM cdp_master_profiles AS own
                WHERE own.founding_raw_profile_id = member.raw_profile_id
                OFFSET 0
            ) AS founder
        ))
        ORDER BY profile.master_profile_id
        FOR UPDATE
    ),
    founded AS MATERIALIZED (
        SELECT
            profile.master_profile_id,
            profile.status,
            profile.merged_into,
            member.part,
            first_value(profile.master_profile_id) OVER (
                PARTITION BY member.part
                ORDER BY profile.created_at, profile.founding_raw_profile_id, profile.master_profile_id
            ) AS owner
        FROM locked AS profile
        JOIN unnest(v_raw, v_part) AS member (raw_profile_id, part) ON member.raw_profile_id = profile.founding_raw_profile_id
    ),
    owned AS MATERIALIZED (
        SELECT
            every.part,
            coalesce(owner.owner, c360._uuid7_of(v_salt || every.part)) AS owner,
            owner.owner IS NULL AS is_new
        FROM (SELECT DISTINCT listed.part FROM unnest(v_part) AS listed (part)) AS every
        LEFT JOIN (SELECT DISTINCT founded.part, founded.owner FROM founded) AS owner USING (part)
    ),
    revived AS (
        SELECT
            founded.master_profile_id,
            founded.merged_into
        FROM founded
        WHERE founded.master_profile_id = founded.owner
          AND founded.status = 'merged'
    ),
    absorbed AS (
        SELECT
            founded.master_profile_id,
            founded.owner
        FROM founded
        WHERE founded.master_profile_id <> founded.owner
          AND founded.merged_into IS DISTINCT FROM founded.owner
    )
    SELECT
        (SELECT array_agg(owned.part ORDER BY owned.part) FROM owned),
        (SELECT array_agg(owned.owner ORDER BY owned.part) FROM owned),
        (SELECT array_agg(owned.is_new ORDER BY owned.part) FROM owned),
        (SELECT array_agg(revived.master_profile_id ORDER BY revived.master_profile_id) FROM revived),
        (SELECT array_agg(revived.merged_into ORDER BY revived.master_profile_id) FROM revived),
        (SELECT array_agg(absorbed.master_profile_id ORDER BY absorbed.master_profile_id) FROM absorbed),
        (SELECT array_agg(absorbed.owner ORDER BY absorbed.master_profile_id) FROM absorbed)
    INTO
        v_owner_part,
        v_owner,
        v_is_new,
        v_revived,
        v_revived_of,
        v_absorbed,
        v_absorbed_by;

    PERFORM c360._found_profiles(
        array_agg(owned.owner ORDER BY owned.part),
        array_agg(owned.part ORDER BY owned.part),
        p_at
    )
    FROM unnest(v_owner_part, v_owner, v_is_new) AS owned (part, owner, is_new)
    WHERE owned.is_new;

    UPDATE cdp_master_profiles AS profile
    SET status = 'active',
        merged_into = NULL
    WHERE profile.master_profile_id = ANY (v_revived);

    -- Most links stay. Those that do say anew why, where their reason is none any more.
    INSERT INTO cdp_profile_links AS stored (raw_profile_id, master_profile_id, component_id, rule, score, evidence, linked_at)
    SELECT
        link.raw_profile_id,
        link.owner,
        link.component,
        link.rule,
        link.score,
        link.evidence,
        p_at
    FROM (
        SELECT
            member.*,
            owned.owner,
            (own.master_profile_id, own.component_id) IS DISTINCT FROM (owned.owner, member.component) AS has_moved,
            own.rule AS known_rule,
            own.evidence AS known_evidence
        FROM unnest(v_raw, v_component, v_part, v_edge_rule, v_edge_score, v_edge_evidence)
            AS member (raw_profile_id, component, part, rule, score, evidence)
        JOIN unnest(v_owner_part, v_owner) AS owned (part, owner) ON owned.part = member.part
        LEFT JOIN LATERAL (
            SELECT known.*
            FROM cdp_profile_links AS known
            WHERE known.raw_profile_id = member.raw_profile_id
            OFFSET 0
        ) AS own ON true
        WHERE (own.master_profile_id, own.component_id) IS DISTINCT FROM (owned.owner, member.component)
           OR (
               own.rule <> 'new'
               AND (own.rule, own.score, own.evidence) IS DISTINCT FROM (member.rule, member.score, member.evidence)
           )
        OFFSET 0
    ) AS link
    LEFT JOIN unnest(v_raw, v_part) AS partner (raw_profile_id, part)
        ON partner.raw_profile_id = (link.known_evidence ->> 'with_raw_profile_id')::bigint
        AND partner.part = link.part
    WHERE link.has_moved
       OR partner.part IS NULL
       OR NOT c360._reason_holds(link.raw_profile_id, link.known_rule, link.known_evidence)
    ORDER BY link.raw_profile_id
    ON CONFLICT (raw_profile_id) DO UPDATE
    SET master_profile_id = excluded.master_profile_id,
        component_id = excluded.component_id,
        rule = excluded.rule,
        score = excluded.score,
        evidence = excluded.evidence,
        linked_at = CASE
            WHEN stored.master_profile_id = excluded.master_profile_id THEN stored.linked_at
            ELSE excluded.linked_at
        END;

    -- The edge of the founding observation is the one by which its golden record came to the survivor.
    SELECT
        array_agg(coalesce(nullif(link.rule, 'new'), 'bridged') ORDER BY gone.absorbed),
        array_agg(link.evidence ORDER BY gone.absorbed)
    INTO
        v_rule,
        v_evidence
    FROM unnest(v_absorbed) AS gone (absorbed)
    JOIN cdp_master_profiles AS profile ON profile.master_profile_id = gone.absorbed
    JOIN cdp_profile_links AS link ON link.raw_profile_id = profile.founding_raw_profile_id;

    PERFORM c360._absorb_profiles(v_absorbed, v_absorbed_by, v_rule, v_evidence, p_at);
    PERFORM c360._refresh_reviews(
        v_raw, v_refused_one, v_refused_other, v_refused_rule, v_refused_value, v_refused_score, v_obstacle, p_at
    );

    RETURN QUERY
    WITH member AS MATERIALIZED (
        SELECT
            listed.raw_profile_id,
            listed.before,
            owned.owner,
            owned.is_new
        FROM unnest(v_raw, v_before, v_part) AS listed (raw_profile_id, before, part)
        JOIN unnest(v_owner_part, v_owner, v_is_new) AS owned (part, owner, is_new) ON owned.part = listed.part
    ),
    gained AS (
        SELECT
            member.owner,
            bool_or(member.is_new) AS is_new,
            (array_agg(member.before ORDER BY member.raw_profile_id) FILTER (WHERE member.before IS NOT NULL))[1] AS from_profile_id
        FROM member
        WHERE member.before IS DISTINCT FROM member.owner
        GROUP BY member.owner
    )
    SELECT
        gained.owner,
        CASE
            WHEN revived.master_profile_id IS NOT NULL THEN 'split'
            WHEN gained.is_new AND gained.from_profile_id IS NOT NULL THEN 'split'
            WHEN gained.is_new THEN 'created'
            ELSE 'updated'
        END,
        coalesce(revived.merged_into, CASE WHEN gained.is_new THEN gained.from_profile_id END),
        NULL::text,
        NULL::jsonb
    FROM gained
    LEFT JOIN unnest(v_revived, v_revived_of) AS revived (master_profile_id, merged_into)
        ON revived.master_profile_id = gained.owner
    UNION
    SELECT
        member.before,
        'updated',
        NULL,
        NULL,
        NULL
    FROM member
    WHERE member.before <> member.owner
      AND member.before = ANY (v_owner)
      AND NOT EXISTS (SELECT FROM gained WHERE gained.owner = member.before)
    UNION ALL
    SELECT
        gone.survivor,
        'merged',
        gone.absorbed,
        gone.rule,
        gone.evidence
    FROM unnest(v_absorbed_by, v_absorbed, v_rule, v_evidence) AS gone (survivor, absorbed, rule, evidence);
END;
$$;

COMMENT ON FUNCTION c360._link_contested_components(text, bigint[], bigint[], bigint[], bigint[], timestamptz) IS
    'Partitions components that contradict themselves and lets links and golden records follow.';
