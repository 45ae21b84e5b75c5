-- The segments a golden record is in, as readers see them: [{segment, entered_at}]. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._agent_segments(p_tenant text, p_master_profile_id uuid)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_hidden text[] := c360._hidden_segments(p_tenant);
BEGIN
    RETURN (
        SELECT coalesce(jsonb_agg(
            jsonb_build_object('segment', member.segment, 'entered_at', member.entered_at)
            ORDER BY member.segment
        ), '[]')
        FROM cdp_segment_members AS member
        WHERE member.master_profile_id = p_master_profile_id
          AND member.segment <> ALL (v_hidden)
    );
END;
$$;

COMMENT ON FUNCTION c360._agent_segments(text, uuid) IS
    'The segments a golden record is in, for an agent.';
