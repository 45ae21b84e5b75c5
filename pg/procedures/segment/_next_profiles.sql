-- The next golden records after an id, in their order: the active ones, and whoever is in a segment though absorbed meanwhile. Trusts the
-- search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._next_profiles(
    p_after uuid,
    p_limit integer
)
    RETURNS uuid[]
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_variable
BEGIN
    RETURN (
        SELECT array_agg(next.id ORDER BY next.id)
        FROM (
            SELECT master.master_profile_id AS id
            FROM cdp_master_profiles AS master
            WHERE master.master_profile_id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
              AND (
                  master.status = 'active'
                  OR EXISTS (
                      SELECT
                      FROM cdp_segment_members AS member
                      WHERE member.master_profile_id = master.master_profile_id
                  )
              )
            ORDER BY master.master_profile_id
            LIMIT p_limit
        ) AS next
    );
END;
$$;

COMMENT ON FUNCTION c360._next_profiles(uuid, integer) IS
    'The next golden records after an id that may be in segments.';
