-- Assignment where nothing contradicts: a component is one golden record. The oldest golden record of its known parts
-- lives, the others are absorbed; a component of new observations only gets the id of a new one, which the rebuild of golden
-- records makes when it has what is in it. Tie i leads from new observation
-- p_tie_raw[i] to p_tie_other[i], which p_tie_node[i] stands for: the best tie of each is the reason of its link.
-- Writes links and merges; answers what happened to which golden record (created, updated, merged) and by which tie.
-- Trusts the search_path and that p_raw_profile_ids are not linked yet. Raises nothing.

CREATE OR REPLACE FUNCTION c360._link_whole_components(
    p_raw_profile_ids bigint[],
    p_raw_component   bigint[],
    p_known           bigint[],
    p_known_component bigint[],
    p_tie_raw         bigint[],
    p_tie_other       bigint[],
    p_tie_node        bigint[],
    p_tie_priority    integer[],
    p_tie_rule        text[],
    p_tie_score       real[],
    p_tie_type        text[],
    p_tie_value       text[],
    p_tie_override    bigint[],
    p_at              timestamptz
)
    RETURNS TABLE (master_profile_id uuid, change text, other_profile_id uuid, rule text, evidence jsonb)
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
    v_component   bigint[];
    v_survivor    uuid[];
    v_is_new      boolean[];
    v_moved       bigint[];
    v_moved_to    bigint[];
    v_moved_owner uuid[];
    v_moved_raw   bigint[];
    v_absorbed    uuid[];
    v_absorbed_by uuid[];
    v_gone        bigint[];
    v_gone_to     bigint[];
    v_rule        text[];
    v_evidence    jsonb[];
    v_salt        text := gen_random_uuid()::text;
BEGIN
    IF coalesce(cardinality(p_raw_profile_ids), 0) = 0 THEN
        RETURN;
    END IF;

    -- Who lives. Every known part has one golden record; one look-up each.
    WITH known AS MATERIALIZED (
        SELECT
            part.known,
            part.component,
            owner.master_profile_id,
            profile.created_at,
            profile.founding_raw_profile_id
        FROM unnest(p_known, p_known_component) AS part (known, component)
        CROSS JOIN LATERAL (
            SELECT link.master_profile_id
            FROM cdp_profile_links AS link
            WHERE link.component_id = part.known
            LIMIT 1
        ) AS owner
        JOIN cdp_master_profiles AS profile ON profile.master_profile_id = owner.master_profile_id
    ),
    locked AS MATERIALIZED (
        SELECT profile.master_profile_id
        FROM cdp_master_profiles AS profile
        WHERE profile.master_profile_id = ANY (ARRAY(SELECT known.master_profile_id FROM known))
        ORDER BY profile.master_profile_id
        FOR UPDATE
    ),
    ranked AS MATERIALIZED (
        SELECT
            known.known,
            known.component,
            known.master_profile_id,
            first_value(known.master_profile_id) OVER oldest AS survivor,
            first_value(known.known) OVER oldest AS survivor_known
        FROM known
        JOIN locked USING (master_profile_id)
        WINDOW oldest AS (
            PARTITION BY known.component
            ORDER BY known.created_at, known.founding_raw_profile_id, known.master_profile_id
        )
    ),
    lives AS (
        SELECT DISTINCT
            ranked.component,
            ranked.survivor
        FROM ranked
    ),
    moved AS (
        SELECT ranked.*
        FROM ranked
        WHERE ranked.known <> ranked.component
           OR ranked.master_profile_id <> ranked.survivor
    ),
    absorbed AS (
        SELECT ranked.*
        FROM ranked
        WHERE ranked.master_profile_id <> ranked.survivor
    ),
    chosen AS MATERIALIZED (
        SELECT
            fresh.component,
            coalesce(lives.survivor, c360._uuid7_of(v_salt || fresh.component)) AS survivor,
            lives.survivor IS NULL AS is_new
        FROM (SELECT DISTINCT listed.component FROM unnest(p_raw_component) AS listed (component)) AS fresh
        LEFT JOIN lives USING (component)
    )
    SELECT
        (SELECT array_agg(chosen.component ORDER BY chosen.component) FROM chosen),
        (SELECT array_agg(chosen.survivor ORDER BY chosen.component) FROM chosen),
        (SELECT array_agg(chosen.is_new ORDER BY chosen.component) FROM chosen),
        (SELECT array_agg(moved.known ORDER BY moved.known) FROM moved),
        (SELECT array_agg(moved.component ORDER BY moved.known) FROM moved),
        (SELECT array_agg(moved.survivor ORDER BY moved.known) FROM moved),
        (SELECT array_agg(absorbed.master_profile_id ORDER BY absorbed.master_profile_id) FROM absorbed),
        (SELECT array_agg(absorbed.survivor ORDER BY absorbed.master_profile_id) FROM absorbed),
        (SELECT array_agg(absorbed.known ORDER BY absorbed.master_profile_id) FROM absorbed),
        (SELECT array_agg(absorbed.survivor_known ORDER BY absorbed.master_profile_id) FROM absorbed)
    INTO
        v_component,
        v_survivor,
        v_is_new,
        v_moved,
        v_moved_to,
        v_moved_owner,
        v_absorbed,
        v_absorbed_by,
        v_gone,
        v_gone_to;

    SELECT
        array_agg(bridge.rule ORDER BY bridge.absorbed),
        array_agg(bridge.evidence ORDER BY bridge.absorbed)
    INTO
        v_rule,
        v_evidence
    FROM c360._bridges(
        v_absorbed, v_gone, v_gone_to, p_tie_raw, p_tie_node, p_tie_priority, p_tie_rule, p_tie_score, p_tie_type, p_tie_value
    ) AS bridge;

    INSERT INTO cdp_profile_links (raw_profile_id, master_profile_id, component_id, rule, score, evidence, linked_at)
    SELECT
        fresh.id,
        chosen.survivor,
        fresh.component,
        coalesce(tie.rule, 'new'),
        coalesce(tie.score, 1),
        CASE
            WHEN tie.rule IS NULL THEN '{}'
            WHEN tie.value IS NOT NULL THEN jsonb_build_object(
                'identifier_type', tie.type,
                'value', tie.value,
                'with_raw_profile_id', tie.other
            )
            ELSE jsonb_strip_nulls(jsonb_build_object(
                'link_override_id', tie.override,
                'with_raw_profile_id', tie.other
            ))
        END,
        p_at
    FROM unnest(p_raw_profile_ids, p_raw_component) AS fresh (id, component)
    JOIN unnest(v_component, v_survivor, v_is_new) AS chosen (component, survivor, is_new)
        ON chosen.component = fresh.component
    LEFT JOIN (
        SELECT DISTINCT ON (every.raw) every.*
        FROM unnest(
            p_tie_raw, p_tie_other, p_tie_priority, p_tie_rule, p_tie_score, p_tie_type, p_tie_value, p_tie_override
        ) AS every (raw, other, priority, rule, score, type, value, override)
        ORDER BY
            every.raw,
            every.priority,
            every.rule COLLATE "C",
            every.score DESC,
            every.value COLLATE "C",
            every.override,
            every.other
    ) AS tie
        ON tie.raw = fresh.id
        AND NOT (chosen.is_new AND fresh.id = chosen.component);

    WITH followed AS (
        UPDATE cdp_profile_links AS link
        SET master_profile_id = moved.survivor,
            component_id = moved.component
        FROM unnest(v_moved, v_moved_to, v_moved_owner) AS moved (known, component, survivor)
        WHERE link.component_id = moved.known
        RETURNING link.raw_profile_id
    )
    SELECT array_agg(followed.raw_profile_id)
    INTO v_moved_raw
    FROM followed;

    PERFORM c360._absorb_profiles(v_absorbed, v_absorbed_by, v_rule, v_evidence, p_at);
    IF cardinality(v_absorbed) > 0 THEN
        PERFORM c360._refresh_reviews(v_moved_raw, NULL, NULL, NULL, NULL, NULL, NULL, p_at);
    END IF;

    RETURN QUERY
    SELECT
        chosen.survivor,
        CASE WHEN chosen.is_new THEN 'created' ELSE 'updated' END,
        NULL::uuid,
        NULL::text,
        NULL::jsonb
    FROM unnest(v_survivor, v_is_new) AS chosen (survivor, is_new)
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

COMMENT ON FUNCTION c360._link_whole_components(
    bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], integer[], text[], real[], text[], text[],
    bigint[], timestamptz
) IS
    'Links components without contradiction, each to one golden record; merges golden records they bridge.';
