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
    SET jit = off
AS $$
BEGIN
    IF coalesce(cardinality(p_absorbed), 0) = 0 THEN
        RETURN;
    END IF;

    RETURN QUERY
    WITH tie AS MATERIALIZED (
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
    LEFT JOIN tie AS theirs ON theirs.node = gone.component AND theirs.rank = 1
    LEFT JOIN LATERAL (
        SELECT
            near.type,
            near.value
        FROM tie AS near
        WHERE near.node = gone.survivor
          AND near.raw = theirs.raw
        ORDER BY near.rank
        LIMIT 1
    ) AS ours ON true;
END;
$$;

COMMENT ON FUNCTION c360._bridges(
    uuid[], bigint[], bigint[], bigint[], bigint[], integer[], text[], real[], text[], text[]
) IS
    'The observation and the ties that made golden records one, for each absorbed one.';
