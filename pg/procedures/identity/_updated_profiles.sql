-- Golden records that have another version than before and are still in use: a list of p_most ids, and p_counts with their
-- number. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._updated_profiles(
    p_master_profile_ids uuid[],
    p_versions           integer[],
    p_counts             jsonb,
    p_most               integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    v_updated uuid[] := ARRAY(
        SELECT profile.master_profile_id
        FROM (
            SELECT DISTINCT
                listed.id,
                listed.version
            FROM unnest(p_master_profile_ids, p_versions) AS listed (id, version)
        ) AS before
        JOIN cdp_master_profiles AS profile ON profile.master_profile_id = before.id
        WHERE profile.version <> before.version
          AND profile.status <> 'merged'
        ORDER BY profile.master_profile_id
    );
BEGIN
    RETURN jsonb_build_object(
        'updated', to_jsonb(v_updated[1 : coalesce(p_most, cardinality(v_updated))]),
        'counts', p_counts || jsonb_build_object('updated', cardinality(v_updated))
    );
END;
$$;

COMMENT ON FUNCTION c360._updated_profiles(uuid[], integer[], jsonb, integer) IS
    'Golden records of another version than before.';
