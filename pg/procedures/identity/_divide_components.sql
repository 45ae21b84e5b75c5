-- Divides contested components into persons: the part of each observation, the edge that joined it there, and the ties that
-- were refused, see _partition_records() and _part_edges(). p_component[i] is the component of p_raw_profile_ids[i]. Components
-- have nothing to do with each other. So they are divided some ten thousand observations at a time, which takes little memory,
-- and p_may_share gives those of an odd number to another process when there are thousands of observations, if PostgreSQL has
-- one to spare; each piece is a row of the answer. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._divide_components(
    p_tenant          text,
    p_raw_profile_ids bigint[],
    p_component       bigint[],
    p_may_share       boolean
)
    RETURNS TABLE (
        raw_profile_ids bigint[], parts bigint[], rules text[], scores real[], evidence jsonb[], refused_one bigint[],
        refused_other bigint[], refused_rule text[], refused_value text[], refused_score real[], obstacle text[]
    )
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    COST 1000000
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET parallel_setup_cost = 1e9
    SET parallel_tuple_cost = 0
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    c_piece constant integer := 10000;
    v_odd     bigint[];
    v_odd_of  bigint[];
    v_even    bigint[];
    v_even_of bigint[];
    v_ids     bigint[];
    v_found   record;
BEGIN
    IF p_may_share AND cardinality(p_raw_profile_ids) >= 2000 THEN
        SELECT
            array_agg(member.raw_profile_id) FILTER (WHERE member.component % 2 = 1),
            array_agg(member.component) FILTER (WHERE member.component % 2 = 1),
            array_agg(member.raw_profile_id) FILTER (WHERE member.component % 2 = 0),
            array_agg(member.component) FILTER (WHERE member.component % 2 = 0)
        INTO
            v_odd,
            v_odd_of,
            v_even,
            v_even_of
        FROM unnest(p_raw_profile_ids, p_component) AS member (raw_profile_id, component);
    END IF;

    IF v_odd IS NOT NULL AND v_even IS NOT NULL THEN
        PERFORM set_config('parallel_setup_cost', '0', true);
        RETURN QUERY
        SELECT part.*
        FROM c360._divide_components(p_tenant, v_odd, v_odd_of, false) AS part
        UNION ALL
        SELECT part.*
        FROM c360._divide_components(p_tenant, v_even, v_even_of, false) AS part;
        RETURN;
    END IF;

    FOR v_ids IN
        SELECT array_agg(member.raw_profile_id ORDER BY member.raw_profile_id)
        FROM (
            -- As many as come before the component.
            SELECT
                listed.raw_profile_id,
                rank() OVER (ORDER BY listed.component) / c_piece AS piece
            FROM unnest(p_raw_profile_ids, p_component) AS listed (raw_profile_id, component)
        ) AS member
        GROUP BY member.piece
    LOOP
        SELECT divided.*
        INTO v_found
        FROM c360._partition_records(p_tenant, v_ids) AS divided;

        RETURN QUERY
        SELECT
            array_agg(edge.raw_profile_id),
            array_agg(member.part),
            array_agg(edge.rule),
            array_agg(edge.score),
            array_agg(edge.evidence),
            v_found.refused_one,
            v_found.refused_other,
            v_found.refused_rule,
            v_found.refused_value,
            v_found.refused_score,
            v_found.obstacle
        FROM c360._part_edges(p_tenant, v_ids, v_found.parts) AS edge
        JOIN unnest(v_ids, v_found.parts) AS member (raw_profile_id, part) ON member.raw_profile_id = edge.raw_profile_id;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._divide_components(text, bigint[], bigint[], boolean) IS
    'Persons in contested components, what joined each observation to its person, and the ties refused.';
