-- Makes room for the decision that these observations are one person: a cannot-link between two of them is replaced by what
-- remains of it towards others. Answers the ids of the overrides replaced; the audit log keeps them.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._give_way_to_merge(
    p_tenant          text,
    p_raw_profile_ids bigint[]
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
            array_agg(member.raw_profile_id) FILTER (WHERE member.side = 1 AND member.raw_profile_id = ANY (p_raw_profile_ids)) AS inner_1,
            array_agg(member.raw_profile_id) FILTER (WHERE member.side = 2 AND member.raw_profile_id = ANY (p_raw_profile_ids)) AS inner_2,
            array_agg(member.raw_profile_id) FILTER (WHERE member.side = 1 AND NOT member.raw_profile_id = ANY (p_raw_profile_ids)) AS outer_1,
            array_agg(member.raw_profile_id) FILTER (WHERE member.side = 2 AND NOT member.raw_profile_id = ANY (p_raw_profile_ids)) AS outer_2,
            array_agg(member.raw_profile_id) FILTER (WHERE member.side = 2) AS whole_2
        FROM cdp_link_overrides AS override
        JOIN cdp_link_override_members AS member USING (link_override_id)
        WHERE override.kind = 'cannot_link'
          AND override.link_override_id IN (
              SELECT own.link_override_id
              FROM cdp_link_override_members AS own
              WHERE own.raw_profile_id = ANY (p_raw_profile_ids)
          )
        GROUP BY member.link_override_id
        HAVING count(*) FILTER (WHERE member.side = 1 AND member.raw_profile_id = ANY (p_raw_profile_ids)) > 0
           AND count(*) FILTER (WHERE member.side = 2 AND member.raw_profile_id = ANY (p_raw_profile_ids)) > 0
        ORDER BY member.link_override_id
    LOOP
        -- (a one person with b) against (others): what was said about others holds on.
        IF v_older.outer_2 IS NOT NULL THEN
            PERFORM c360._write_override(p_tenant, 'cannot_link', v_older.inner_1, v_older.outer_2, '', v_older.id);
        END IF;
        IF v_older.outer_1 IS NOT NULL THEN
            PERFORM c360._write_override(p_tenant, 'cannot_link', v_older.outer_1, v_older.whole_2, '', v_older.id);
        END IF;
        PERFORM c360._drop_override(p_tenant, v_older.id, 'replaced');
        v_replaced := v_replaced || v_older.id;
    END LOOP;

    RETURN v_replaced;
END;
$$;

COMMENT ON FUNCTION c360._give_way_to_merge(text, bigint[]) IS
    'Replaces cannot-link overrides between observations that are decided to be one person.';
