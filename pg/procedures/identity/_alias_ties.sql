-- What alias events say about these observations: the user id previous_id is that of user_id from now on. Each alias with the
-- observations that say so (is_alias) and those that hold previous_id as their user id; an alias of an id that is nobody's user
-- id is not told. Aliases say what an application believes, so they are bounded: is_held is false where one previous id was given
-- to several user ids, and where aliases would make one person of more than five user ids. Both are told by all of
-- p_raw_profile_ids: give whole components. What an alias names is never usable by itself: usable values are of a type that
-- a tenant calls previous_id. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._alias_ties(p_raw_profile_ids bigint[])
    RETURNS TABLE (previous_id text, user_id text, raw_profile_id bigint, is_alias boolean, is_held boolean)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    -- Most tenants have none.
    IF NOT EXISTS (SELECT FROM cdp_raw_identifiers AS known WHERE known.identifier_type = 'previous_id') THEN
        RETURN;
    END IF;

    RETURN QUERY
    WITH held AS MATERIALIZED (
        SELECT
            own.raw_profile_id,
            own.identifier_type = 'previous_id' AS is_previous,
            own.value COLLATE "C" AS value
        FROM unnest(p_raw_profile_ids) AS wanted (id)
        CROSS JOIN LATERAL (
            SELECT every.*
            FROM cdp_raw_identifiers AS every
            WHERE every.raw_profile_id = wanted.id
            OFFSET 0
        ) AS own
        WHERE own.identifier_type = 'previous_id' AND NOT own.is_usable
           OR (
               own.identifier_type = 'user_id'
               AND own.is_usable
               AND NOT EXISTS (
                   SELECT
                   FROM cdp_value_states AS crowd
                   WHERE crowd.identifier_type = own.identifier_type
                     AND crowd.value = own.value
               )
           )
    ),
    said AS MATERIALIZED (
        SELECT
            before.value AS previous_id,
            now.value AS user_id,
            now.raw_profile_id
        FROM held AS now
        JOIN held AS before ON before.raw_profile_id = now.raw_profile_id
        WHERE before.is_previous
          AND NOT now.is_previous
          AND before.value <> now.value
          AND before.value IN (SELECT holder.value FROM held AS holder WHERE NOT holder.is_previous)
    ),
    alias AS MATERIALIZED (
        SELECT
            every.previous_id,
            every.user_id,
            count(*) OVER (PARTITION BY every.previous_id) = 1 AS is_alone
        FROM (SELECT DISTINCT said.previous_id, said.user_id FROM said) AS every
    ),
    numbered AS MATERIALIZED (
        SELECT
            every.id,
            row_number() OVER () AS number
        FROM (
            SELECT alias.previous_id AS id FROM alias WHERE alias.is_alone
            UNION
            SELECT alias.user_id FROM alias WHERE alias.is_alone
        ) AS every
    ),
    chained AS MATERIALIZED (
        SELECT
            numbered.id,
            count(*) OVER (PARTITION BY placed.component) AS ids
        FROM (
            SELECT
                array_agg(before.number) AS from_nodes,
                array_agg(now.number) AS to_nodes
            FROM alias
            JOIN numbered AS before ON before.id = alias.previous_id
            JOIN numbered AS now ON now.id = alias.user_id
            WHERE alias.is_alone
        ) AS edge
        CROSS JOIN LATERAL c360._components(edge.from_nodes, edge.to_nodes) AS placed
        JOIN numbered ON numbered.number = placed.node
    )
    SELECT
        alias.previous_id,
        alias.user_id,
        side.raw_profile_id,
        side.is_alias,
        alias.is_alone AND chained.ids <= 5
    FROM alias
    LEFT JOIN chained ON chained.id = alias.previous_id
    JOIN (
        SELECT said.previous_id, said.user_id, said.raw_profile_id, true AS is_alias FROM said
        UNION ALL
        SELECT holder.value, NULL, holder.raw_profile_id, false FROM held AS holder WHERE NOT holder.is_previous
    ) AS side
        ON side.previous_id = alias.previous_id
        AND coalesce(side.user_id, alias.user_id) = alias.user_id;
END;
$$;

COMMENT ON FUNCTION c360._alias_ties(bigint[]) IS
    'Aliases among observations: which user ids are one person, as far as that is believed.';
