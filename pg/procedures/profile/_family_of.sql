-- The ids of a golden record: its own, and those that were merged into it. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._family_of(p_master_profile_id uuid)
    RETURNS uuid[]
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_variable
BEGIN
    RETURN p_master_profile_id || ARRAY(
        SELECT absorbed.master_profile_id
        FROM cdp_master_profiles AS absorbed
        WHERE absorbed.merged_into = p_master_profile_id
    );
END;
$$;

COMMENT ON FUNCTION c360._family_of(uuid) IS
    'The ids of a golden record and of those that were merged into it.';
