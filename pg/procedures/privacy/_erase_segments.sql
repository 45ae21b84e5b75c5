-- Removes a person from the segments and from the history of who was in them. Answers {table: rows}. Trusts the search_path and the lock of
-- segments. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_segments(p_person c360.person)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_members bigint;
    v_changes bigint;
BEGIN
    IF to_regclass('cdp_segment_members') IS NULL THEN
        RETURN '{}';
    END IF;

    DELETE FROM cdp_segment_members AS member
    WHERE member.master_profile_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_members = ROW_COUNT;

    DELETE FROM cdp_segment_changes AS change
    WHERE change.master_profile_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_changes = ROW_COUNT;

    RETURN jsonb_build_object('cdp_segment_members', v_members, 'cdp_segment_changes', v_changes);
END;
$$;

COMMENT ON FUNCTION c360._erase_segments(c360.person) IS
    'Removes a person from the segments and their history.';
