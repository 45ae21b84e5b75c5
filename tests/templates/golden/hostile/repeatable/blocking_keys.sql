-- Keys under which the scored match rule finds candidates, computed from cdp_match_fields: number of the kind of key in the
-- top byte, a hash of the values in the others. Two values that meet in one hash make a candidate more, which is then
-- compared by value. p_may_share gives half of thousands to another process, if PostgreSQL has one to spare. Reads only,
-- raises nothing.
DROP FUNCTION IF EXISTS tenant_select_2.blocking_keys(bigint[]);

CREATE OR REPLACE FUNCTION tenant_select_2.blocking_keys(p_raw_profile_ids bigint[], p_may_share boolean DEFAULT false)
    RETURNS TABLE (key bigint, raw_profile_id bigint)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    COST 1000000
    SET search_path = pg_catalog, tenant_select_2, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET parallel_setup_cost = 1e9
    SET parallel_tuple_cost = 0
    SET enable_seqscan = off
    SET enable_memoize = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_half integer := cardinality(p_raw_profile_ids) / 2;
BEGIN
    IF p_may_share AND v_half >= 1000 THEN
        PERFORM set_config('parallel_setup_cost', '0', true);
        RETURN QUERY
        SELECT part.*
        FROM tenant_select_2.blocking_keys(p_raw_profile_ids[:v_half], false) AS part
        UNION ALL
        SELECT part.*
        FROM tenant_select_2.blocking_keys(p_raw_profile_ids[v_half + 1:], false) AS part;
        RETURN;
    END IF;

    RETURN QUERY
    WITH own AS MATERIALIZED (
        SELECT
            wanted.id AS raw_profile_id,
            known.fields[1] COLLATE "C" AS c1,
            known.fields[2] COLLATE "C" AS c2,
            known.fields[3] COLLATE "C" AS c3,
            known.fields[4] COLLATE "C" AS c4
        FROM unnest(p_raw_profile_ids) AS wanted (id)
        CROSS JOIN LATERAL (
            SELECT said.fields || '{}'::text[] AS fields
            FROM tenant_select_2.cdp_match_fields AS said
            WHERE said.raw_profile_id = wanted.id
            OFFSET 0
        ) AS known
    ),
    made (number, value, raw_profile_id) AS (
        SELECT
            joined.number,
            joined.value,
            own.raw_profile_id
        FROM own
        CROSS JOIN LATERAL (
            VALUES
                (0::bigint, NULL::text),
                (2, own.c1)
        ) AS joined (number, value)
        WHERE joined.value IS NOT NULL
        UNION ALL
        SELECT
            listed.number,
            item.value,
            own.raw_profile_id
        FROM own
        CROSS JOIN LATERAL (
            VALUES
                (0::bigint, NULL::text),
                (1, own.c4)
        ) AS listed (number, value)
        CROSS JOIN LATERAL unnest(string_to_array(listed.value, chr(31))) AS item (value)
        WHERE listed.value IS NOT NULL
    )
    SELECT
        (made.number << 56) | (hashtextextended(made.value, 0) & 72057594037927935),
        made.raw_profile_id
    FROM made;
END;
$$;

COMMENT ON FUNCTION tenant_select_2.blocking_keys(bigint[], boolean) IS
    'Keys under which the scored match rule of this tenant finds candidates.';
