-- The golden records among these that have not been merged into others, once each, in the order of their ids.
-- Looked up one by one: the planner knows nothing about a batch. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._active_profiles(p_master_profile_ids uuid[])
    RETURNS uuid[]
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
BEGIN
    RETURN ARRAY(
        SELECT wanted.id
        FROM unnest(p_master_profile_ids) AS wanted (id)
        CROSS JOIN LATERAL (
            SELECT golden.status
            FROM cdp_master_profiles AS golden
            WHERE golden.master_profile_id = wanted.id
            OFFSET 0
        ) AS profile
        WHERE profile.status <> 'merged'
        GROUP BY wanted.id
        ORDER BY wanted.id
    );
END;
$$;

COMMENT ON FUNCTION c360._active_profiles(uuid[]) IS
    'Golden records that are nobody''s redirect, sorted and without repeats.';
