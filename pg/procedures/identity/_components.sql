-- Connected components of an undirected graph given as edges (p_from[i], p_to[i]); a lone node is an edge to itself.
-- Pure: the answer depends on the set of edges alone, not on their order. Union-find on arrays, because label passing
-- in SQL needs as many passes as the longest chain. Raises nothing.

CREATE OR REPLACE FUNCTION c360._components(
    p_from bigint[],
    p_to   bigint[]
)
    RETURNS TABLE (node bigint, component bigint)
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET jit = off
AS $$
DECLARE
    v_nodes  bigint[] := ARRAY(SELECT DISTINCT endpoint FROM unnest(p_from || p_to) AS endpoint ORDER BY endpoint);
    v_from   integer[];
    v_to     integer[];
    v_parent integer[];
    v_a      integer;
    v_b      integer;
BEGIN
    -- Small integers instead of ids: then a parent is an array subscript, and the lower one is the smaller id.
    SELECT
        array_agg(start.position::integer),
        array_agg(finish.position::integer)
    INTO
        v_from,
        v_to
    FROM unnest(p_from, p_to) AS edge (start_node, end_node)
    JOIN unnest(v_nodes) WITH ORDINALITY AS start (node, position) ON start.node = edge.start_node
    JOIN unnest(v_nodes) WITH ORDINALITY AS finish (node, position) ON finish.node = edge.end_node
    WHERE edge.start_node <> edge.end_node;

    v_parent := ARRAY(SELECT generate_series(1, cardinality(v_nodes)));

    FOR i IN 1 .. coalesce(cardinality(v_from), 0) LOOP
        v_a := v_from[i];
        WHILE v_parent[v_a] <> v_a LOOP
            v_parent[v_a] := v_parent[v_parent[v_a]];
            v_a := v_parent[v_a];
        END LOOP;

        v_b := v_to[i];
        WHILE v_parent[v_b] <> v_b LOOP
            v_parent[v_b] := v_parent[v_parent[v_b]];
            v_b := v_parent[v_b];
        END LOOP;

        IF v_a < v_b THEN
            v_parent[v_b] := v_a;
        ELSIF v_b < v_a THEN
            v_parent[v_a] := v_b;
        END IF;
    END LOOP;

    -- A parent is never above its child, so one pass upwards leaves every node at its root.
    FOR i IN 1 .. cardinality(v_nodes) LOOP
        v_parent[i] := v_parent[v_parent[i]];
    END LOOP;

    RETURN QUERY
    SELECT
        member.node,
        v_nodes[member.parent]
    FROM unnest(v_nodes, v_parent) AS member (node, parent);
END;
$$;

COMMENT ON FUNCTION c360._components(bigint[], bigint[]) IS
    'Connected components of a graph: every node with the smallest node of its component.';
