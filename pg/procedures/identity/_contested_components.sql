-- Which components of this batch have to be partitioned: those that may contradict themselves (more values of a strong
-- type than its limit, days of birth that conflict, names of different persons, both sides of a prohibition, too much evidence), those
-- with an alias of a user id, those that are divided already, those in which a scored rule leaves a doubt (then all pairs have a say), and
-- those with observations of p_relinked, which are linked and were taken apart. Looks at the new
-- observations and at those of the known components they meet; the reasons that cost least first, so that what an
-- observation says is read only where nothing else decides. p_known[i] is a known component that becomes part of
-- p_known_component[i]. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._contested_components(
    p_tenant           text,
    p_raw_profile_ids  bigint[],
    p_raw_component    bigint[],
    p_known            bigint[],
    p_known_component  bigint[],
    p_relinked         bigint[]
)
    RETURNS bigint[]
    LANGUAGE plpgsql
    STABLE
    SET jit = off
    SET enable_seqscan = off
AS $$
DECLARE
    v_raw       bigint[];
    v_component bigint[];
    v_known     bigint[];
    v_profile   uuid[];
    v_by_name   boolean := c360._has_ties_by_name(p_tenant);
    v_contested bigint[];
    v_largest   integer := (SELECT known.max_cluster_size FROM c360.tenants AS known WHERE known.tenant = p_tenant);
    v_scored    text[] := ARRAY(
        SELECT known.rule FROM c360.match_rules AS known WHERE known.tenant = p_tenant AND known.kind = 'scored'
    );
BEGIN
    -- A component of one observation cannot contradict anybody.
    WITH node AS MATERIALIZED (
        SELECT
            every.id,
            every.component,
            every.is_known,
            count(*) OVER (PARTITION BY every.component) AS nodes
        FROM (
            SELECT fresh.id, fresh.component, false AS is_known
            FROM unnest(p_raw_profile_ids, p_raw_component) AS fresh (id, component)
            UNION ALL
            SELECT part.known, part.component, true
            FROM unnest(p_known, p_known_component) AS part (known, component)
        ) AS every
    ),
    member AS MATERIALIZED (
        SELECT node.id, node.component, NULL::bigint AS known, NULL::uuid AS profile
        FROM node
        WHERE NOT node.is_known
          AND node.nodes > 1
        UNION ALL
        SELECT link.raw_profile_id, node.component, node.id, link.master_profile_id
        FROM node
        CROSS JOIN LATERAL (
            SELECT
                own.raw_profile_id,
                own.master_profile_id
            FROM cdp_profile_links AS own
            WHERE own.component_id = node.id
            OFFSET 0
        ) AS link
        WHERE node.is_known
    )
    SELECT
        array_agg(member.id),
        array_agg(member.component),
        array_agg(member.known),
        array_agg(member.profile)
    INTO
        v_raw,
        v_component,
        v_known,
        v_profile
    FROM member;

    -- Taken apart, divided already, or too many.
    v_contested := ARRAY(
        SELECT fresh.component
        FROM unnest(p_raw_profile_ids, p_raw_component) AS fresh (id, component)
        JOIN unnest(p_relinked) AS relinked (id) ON relinked.id = fresh.id
        UNION
        SELECT part.component
        FROM (
            SELECT DISTINCT
                member.component,
                member.known,
                member.profile
            FROM unnest(v_component, v_known, v_profile) AS member (component, known, profile)
            WHERE member.known IS NOT NULL
        ) AS part
        GROUP BY
            part.component,
            part.known
        HAVING count(*) > 1
        UNION
        SELECT large.component
        FROM (
            SELECT
                member.component,
                array_agg(member.id) AS ids
            FROM unnest(v_raw, v_component) AS member (id, component)
            GROUP BY member.component
            HAVING count(*) > v_largest
        ) AS large
        WHERE (SELECT max(told.evidence) FROM c360._evidence(large.ids) AS told) > v_largest
    );

    -- Days of birth that conflict, and names of different persons, if there are ties that yield to names. Each component by itself:
    -- joined with each other they would be as the planner guesses.
    v_contested := v_contested || ARRAY(
        SELECT born.component
        FROM (
            SELECT
                member.component,
                array_agg(DISTINCT said.birth_date) FILTER (WHERE said.birth_date IS NOT NULL) AS days,
                CASE
                    WHEN v_by_name AND min(said.name) <> max(said.name) THEN array_agg(DISTINCT (said.given_name, said.family_name, NULL)::c360.said_name)
                        FILTER (WHERE said.name <> '')
                END AS names
            FROM unnest(v_raw, v_component) AS member (id, component)
            CROSS JOIN LATERAL (
                SELECT
                    own.birth_date,
                    own.given_name,
                    own.family_name,
                    nullif(concat_ws(' ', own.given_name, own.family_name), '') COLLATE "C" AS name
                FROM cdp_standard_profiles AS own
                WHERE own.raw_profile_id = member.id
                OFFSET 0
            ) AS said
            WHERE NOT member.component = ANY (v_contested)
            GROUP BY member.component
            HAVING min(said.birth_date) <> max(said.birth_date)
                OR v_by_name AND min(said.name) <> max(said.name)
        ) AS born
        WHERE EXISTS (
            SELECT
            FROM unnest(born.days) AS one (day)
            JOIN unnest(born.days) AS other (day) ON other.day > one.day
            WHERE c360._dates_conflict(one.day, other.day)
        )
        OR EXISTS (
            SELECT
            FROM unnest(born.names) WITH ORDINALITY AS one (given_name, family_name, birth_date, place)
            JOIN unnest(born.names) WITH ORDINALITY AS other (given_name, family_name, birth_date, place) ON other.place > one.place
            WHERE NOT c360._names_go_together(one.given_name, one.family_name, NULL, other.given_name, other.family_name, NULL)
        )
    );

    SELECT
        array_agg(member.id),
        array_agg(member.component)
    INTO
        v_raw,
        v_component
    FROM unnest(v_raw, v_component) AS member (id, component)
    WHERE NOT member.component = ANY (v_contested);

    RETURN v_contested || ARRAY(
        SELECT held.component
        FROM (
            SELECT DISTINCT
                member.component,
                identifier.identifier_type,
                identifier.value,
                kind.profile_limit
            FROM unnest(v_raw, v_component) AS member (id, component)
            CROSS JOIN LATERAL (
                SELECT
                    own.identifier_type,
                    own.value
                FROM cdp_raw_identifiers AS own
                WHERE own.raw_profile_id = member.id
                  AND own.is_usable
                OFFSET 0
            ) AS identifier
            JOIN c360.identifier_types AS kind
                ON kind.tenant = p_tenant
                AND kind.identifier_type = split_part(identifier.identifier_type, ':', 1)
            WHERE kind.is_strong
               OR kind.is_exclusive
        ) AS held
        GROUP BY
            held.component,
            held.identifier_type,
            held.profile_limit
        HAVING count(*) > held.profile_limit
        UNION
        SELECT member.component
        FROM c360._override_ties(v_raw) AS decided
        JOIN unnest(v_raw, v_component) AS member (id, component) ON member.id = decided.raw_profile_id
        WHERE decided.kind = 'cannot_link'
        GROUP BY
            member.component,
            decided.link_override_id
        HAVING min(decided.side) <> max(decided.side)
        UNION
        SELECT member.component
        FROM c360._alias_ties(v_raw) AS alias
        JOIN unnest(v_raw, v_component) AS member (id, component) ON member.id = alias.raw_profile_id
        UNION
        SELECT doubtful.component
        FROM c360._doubtful_components(v_raw, v_component, v_scored) AS doubtful
        WHERE cardinality(v_scored) > 0
    );
END;
$$;

COMMENT ON FUNCTION c360._contested_components(text, bigint[], bigint[], bigint[], bigint[], bigint[]) IS
    'Components that may contradict themselves, are divided already, or were taken apart.';
