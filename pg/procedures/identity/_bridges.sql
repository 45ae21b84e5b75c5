-- What bridged golden records that become one: the new observation tied to the component of the absorbed record and, where
-- it is tied to the survivor's as well, by what; the most trusted of each. Several new observations may form the bridge
-- together: then the one next to the absorbed record is named, and its own side alone.
-- Tie i leads from observation p_tie_raw[i] to component p_tie_node[i]. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._bridges(
    p_absorbed           uuid[],
    p_absorbed_component bigint[],
    p_survivor_component bigint[],
    p_tie_raw            bigint[],
    p_tie_node           bigint[],
    p_tie_priority       integer[],
    p_tie_rule           text[],
    p_tie_score          real[],
    p_tie_type           text[],
    p_tie_value          text[]
)
    RETURNS TABLE (absorbed uuid, rule text, evidence jsonb)
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_nestloop = off
    SET jit = off
AS $$
BEGIN
    IF coalesce(cardinality(p_absorbed), 0) = 0 THEN
        RETURN;
    END IF;

    RETURN QUERY
    WITH part AS MATERIALIZED (
        SELECT DISTINCT side.component
        FROM unnest(p_absorbed_component || p_survivor_component) AS side (component)
    ),
    tie AS MATERIALIZED (
        SELECT
            every.*,
            row_number() OVER (
                PARTITION BY every.node
                ORDER BY
                    every.priority,
                    every.rule COLLATE "C",
                    every.score DESC,
                    every.value COLLATE "C",
                    every.raw
            ) AS rank
        FROM unnest(p_tie_raw, p_tie_node, p_tie_priority, p_tie_rule, p_tie_score, p_tie_type, p_tie_value)
            AS every (raw, node, priority, rule, score, type, value)
        JOIN part ON part.component = every.node
    ),
    best AS MATERIALIZED (
        SELECT tie.*
        FROM tie
        WHERE tie.rank = 1
    ),
    -- Of the observation named, its best tie to each part.
    near AS MATERIALIZED (
        SELECT DISTINCT ON (tie.node, tie.raw) tie.*
        FROM tie
        JOIN (SELECT DISTINCT best.raw FROM best) AS named USING (raw)
        ORDER BY
            tie.node,
            tie.raw,
            tie.rank
    )
    SELECT
        gone.absorbed,
        coalesce(theirs.rule, 'bridged'),
        jsonb_strip_nulls(jsonb_build_object(
            'identifier_type', theirs.type,
            'value', theirs.value,
            'with_raw_profile_id', theirs.raw,
            'survivor_identifier_type', ours.type,
            'survivor_value', ours.value
        ))
    FROM unnest(p_absorbed, p_absorbed_component, p_survivor_component) AS gone (absorbed, component, survivor)
    LEFT JOIN best AS theirs ON theirs.node = gone.component
    LEFT JOIN near AS ours
        ON ours.node = gone.survivor
        AND ours.raw = theirs.raw;
END;
$$;

COMMENT ON FUNCTION c360._bridges(
    uuid[], bigint[], bigint[], bigint[], bigint[], integer[], text[], real[], text[], text[]
) IS
    'The observation and the ties that made golden records one, for each absorbed one.';
