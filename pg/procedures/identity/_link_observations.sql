-- Resolves observations: new ones (p_fresh), and linked ones whose surroundings changed (p_relink): their components are
-- taken apart and put together anew from all their observations. Identifiers, persons behind values, pairs of match rules,
-- ties, components, then one of two assignments, depending on whether a component contradicts itself. Answers what
-- happened to which golden record, see there. Trusts the search_path, the resolver's lock on the tenant, and that new
-- observations are in standard form. Safe to repeat after a rollback. Raises nothing.

CREATE OR REPLACE FUNCTION c360._link_observations(
    p_tenant text,
    p_fresh  bigint[],
    p_relink bigint[],
    p_at     timestamptz
)
    RETURNS TABLE (master_profile_id uuid, change text, other_profile_id uuid, rule text, evidence jsonb)
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    v_held            record;
    v_noted           record;
    v_dissolved       bigint[];
    v_apart           bigint[];
    v_loose           bigint[];
    v_tie             record;
    v_node            bigint[];
    v_component       bigint[];
    v_raw             bigint[];
    v_raw_component   bigint[];
    v_known           bigint[];
    v_known_component bigint[];
    v_contested       bigint[];
BEGIN
    IF coalesce(cardinality(p_fresh), 0) + coalesce(cardinality(p_relink), 0) = 0 THEN
        RETURN;
    END IF;

    -- Identifiers and links of an observation are written together: one that is not linked yet has none.
    WITH sent AS (
        INSERT INTO cdp_raw_identifiers AS own (identifier_type, value, raw_profile_id, is_usable, voice)
        SELECT
            extracted.identifier_type,
            extracted.value,
            extracted.raw_profile_id,
            extracted.is_usable,
            extracted.voice
        FROM extract_identifiers(p_fresh) AS extracted
        RETURNING own.identifier_type, own.value, own.raw_profile_id, own.is_usable, own.voice
    )
    SELECT
        array_agg(sent.identifier_type) AS types,
        array_agg(sent.value) AS texts,
        array_agg(sent.voice) AS voices,
        array_agg(sent.raw_profile_id) AS raws
    INTO v_held
    FROM sent
    WHERE sent.is_usable;

    SELECT noted.*
    INTO v_noted
    FROM c360._note_values(p_tenant, v_held.types, v_held.texts) AS noted;
    v_dissolved := v_noted.components;
    PERFORM c360._find_pairs(p_tenant, p_fresh);

    IF cardinality(p_relink) > 0 THEN
        v_dissolved := ARRAY(
            SELECT part.id
            FROM unnest(v_dissolved) AS part (id)
            UNION
            SELECT link.component_id
            FROM unnest(p_relink) AS wanted (raw_profile_id)
            JOIN cdp_profile_links AS link ON link.raw_profile_id = wanted.raw_profile_id
        );
    END IF;
    v_apart := ARRAY(
        SELECT link.raw_profile_id
        FROM unnest(v_dissolved) AS part (component_id)
        JOIN cdp_profile_links AS link ON link.component_id = part.component_id
    );
    v_loose := p_fresh || v_apart;

    SELECT
        coalesce(array_agg(tie.raw_profile_id), '{}') AS raws,
        coalesce(array_agg(tie.with_raw_profile_id), '{}') AS others,
        coalesce(array_agg(tie.node), '{}') AS nodes,
        array_agg(tie.priority) AS priorities,
        array_agg(tie.rule) AS rules,
        array_agg(tie.score) AS scores,
        array_agg(tie.identifier_type) AS types,
        array_agg(tie.value) AS texts,
        array_agg(tie.link_override_id) AS overrides
    INTO v_tie
    FROM c360._ties(
        p_tenant, p_fresh, v_apart, v_dissolved, v_held.types, v_held.texts, v_held.voices, v_held.raws,
        v_noted.types, v_noted.texts, v_noted.holders
    ) AS tie;

    SELECT
        array_agg(placed.node),
        array_agg(placed.component)
    INTO
        v_node,
        v_component
    FROM c360._components(v_tie.raws, v_tie.nodes) AS placed;

    -- What no tie reaches is a component of its own.
    SELECT
        array_agg(loose.id ORDER BY loose.id),
        array_agg(coalesce(placed.component, loose.id) ORDER BY loose.id)
    INTO
        v_raw,
        v_raw_component
    FROM unnest(v_loose) AS loose (id)
    LEFT JOIN unnest(v_node, v_component) AS placed (node, component) ON placed.node = loose.id;

    SELECT
        coalesce(array_agg(placed.node ORDER BY placed.node), '{}'),
        coalesce(array_agg(placed.component ORDER BY placed.node), '{}')
    INTO
        v_known,
        v_known_component
    FROM unnest(v_node, v_component) AS placed (node, component)
    LEFT JOIN unnest(v_loose) AS loose (id) ON loose.id = placed.node
    WHERE loose.id IS NULL;

    v_contested := c360._contested_components(
        p_tenant, v_raw, v_raw_component, v_known, v_known_component, v_apart
    );

    RETURN QUERY
    SELECT linked.*
    FROM c360._link_whole_components(
        ARRAY(
            SELECT member.raw FROM unnest(v_raw, v_raw_component) AS member (raw, component)
            WHERE NOT member.component = ANY (v_contested) ORDER BY member.raw
        ),
        ARRAY(
            SELECT member.component FROM unnest(v_raw, v_raw_component) AS member (raw, component)
            WHERE NOT member.component = ANY (v_contested) ORDER BY member.raw
        ),
        ARRAY(
            SELECT part.known FROM unnest(v_known, v_known_component) AS part (known, component)
            WHERE NOT part.component = ANY (v_contested) ORDER BY part.known
        ),
        ARRAY(
            SELECT part.component FROM unnest(v_known, v_known_component) AS part (known, component)
            WHERE NOT part.component = ANY (v_contested) ORDER BY part.known
        ),
        v_tie.raws, v_tie.others, v_tie.nodes, v_tie.priorities, v_tie.rules, v_tie.scores, v_tie.types, v_tie.texts,
        v_tie.overrides, p_at
    ) AS linked;

    IF cardinality(v_contested) > 0 THEN
        RETURN QUERY
        SELECT linked.*
        FROM c360._link_contested_components(
            p_tenant,
            ARRAY(
                SELECT member.raw FROM unnest(v_raw, v_raw_component) AS member (raw, component)
                WHERE member.component = ANY (v_contested) ORDER BY member.raw
            ),
            ARRAY(
                SELECT member.component FROM unnest(v_raw, v_raw_component) AS member (raw, component)
                WHERE member.component = ANY (v_contested) ORDER BY member.raw
            ),
            ARRAY(
                SELECT part.known FROM unnest(v_known, v_known_component) AS part (known, component)
                WHERE part.component = ANY (v_contested) ORDER BY part.known
            ),
            ARRAY(
                SELECT part.component FROM unnest(v_known, v_known_component) AS part (known, component)
                WHERE part.component = ANY (v_contested) ORDER BY part.known
            ),
            p_at
        ) AS linked;
    END IF;

    PERFORM c360._propose_pairs(p_fresh, p_at);
END;
$$;

COMMENT ON FUNCTION c360._link_observations(text, bigint[], bigint[], timestamptz) IS
    'Links new observations and partitions components anew, so that links are what the records say.';
