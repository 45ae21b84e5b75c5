-- What the scored pairs between two groups of records say together for making them one, in thousandths of a bit: the sum over
-- the pairs that are kept, and 3 bits against for each two records without one. So a group is joined when it resembles the
-- other as a whole, not where one pair happens to look alike: that is what ends chains.
-- A group is its root, p_parent leads there from every record, p_next from the root through all members (0: the end). The pairs
-- of record r are p_near (the other one) and p_near_bits from p_near_from[r] to before p_near_from[r + 1]. Symmetric. Pure.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._tie_gain(
    p_smaller      integer,
    p_larger       integer,
    p_record_pairs integer,
    p_parent       integer[],
    p_next         integer[],
    p_near_from    integer[],
    p_near         integer[],
    p_near_bits    integer[]
)
    RETURNS bigint
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_gain   bigint := -3000 * p_record_pairs::bigint;
    v_member integer := p_smaller;
    v_root   integer;
BEGIN
    WHILE v_member <> 0 LOOP
        FOR i IN p_near_from[v_member] .. p_near_from[v_member + 1] - 1 LOOP
            v_root := p_near[i];
            WHILE p_parent[v_root] <> v_root LOOP
                v_root := p_parent[v_root];
            END LOOP;
            IF v_root = p_larger THEN
                v_gain := v_gain + p_near_bits[i] + 3000;
            END IF;
        END LOOP;
        v_member := p_next[v_member];
    END LOOP;

    RETURN v_gain;
END;
$$;

COMMENT ON FUNCTION c360._tie_gain(integer, integer, integer, integer[], integer[], integer[], integer[], integer[]) IS
    'Whether two groups resemble each other as a whole, by the scored pairs between them.';
