-- Makes room for the decision that p_leaving are not the person of p_staying: a must-link that has members of both is replaced
-- by what remains of it among those who leave and among the others. What remains is what joined its two sides; members of
-- one side alone were not joined by it. Answers the ids of the overrides replaced; the audit log keeps them.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._give_way_to_split(
    p_tenant text,
    p_leaving bigint[],
    p_staying bigint[]
)
    RETURNS bigint[]
    LANGUAGE plpgsql
AS $$
DECLARE
    v_replaced bigint[] := '{}';
    v_older    record;
BEGIN
    FOR v_older IN
        SELECT
            member.link_override_id AS id,
            array_agg(member.raw_profile_id) FILTER (WHERE member.side = 1 AND member.raw_profile_id = ANY (p_leaving)) AS leaving_1,
            array_agg(member.raw_profile_id) FILTER (WHERE member.side = 2 AND member.raw_profile_id = ANY (p_leaving)) AS leaving_2,
            array_agg(member.raw_profile_id) FILTER (WHERE member.side = 1 AND NOT member.raw_profile_id = ANY (p_leaving)) AS staying_1,
            array_agg(member.raw_profile_id) FILTER (WHERE member.side = 2 AND NOT member.raw_profile_id = ANY (p_leaving)) AS staying_2
        FROM cdp_link_overrides AS override
        JOIN cdp_link_override_members AS member USING (link_override_id)
        WHERE override.kind = 'must_link'
          AND override.link_override_id IN (
              SELECT own.link_override_id
              FROM cdp_link_override_members AS own
              WHERE own.raw_profile_id = ANY (p_leaving)
          )
        GROUP BY member.link_override_id
        HAVING count(*) FILTER (WHERE member.raw_profile_id = ANY (p_staying)) > 0
        ORDER BY member.link_override_id
    LOOP
        IF v_older.leaving_1 IS NOT NULL AND v_older.leaving_2 IS NOT NULL THEN
            PERFORM c360._write_override(p_tenant, 'must_link', v_older.leaving_1, v_older.leaving_2, '', v_older.id);
        END IF;
        IF v_older.staying_1 IS NOT NULL AND v_older.staying_2 IS NOT NULL THEN
            PERFORM c360._write_override(p_tenant, 'must_link', v_older.staying_1, v_older.staying_2, '', v_older.id);
        END IF;
        PERFORM c360._drop_override(p_tenant, v_older.id, 'replaced');
        v_replaced := v_replaced || v_older.id;
    END LOOP;

    RETURN v_replaced;
END;
$$;

COMMENT ON FUNCTION c360._give_way_to_split(text, bigint[], bigint[]) IS
    'Replaces must-link overrides between observations that are decided to be two persons.';
