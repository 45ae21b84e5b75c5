-- Makes golden records, each with the observation it is founded on. They have version 0 until they are computed.
-- Leaves the choice of plans to the cache: a foreign key is checked by a statement of its own, which forced custom plans
-- would plan anew for each row. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._found_profiles(
    p_master_profile_ids uuid[],
    p_founders           bigint[],
    p_at                 timestamptz
)
    RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode = auto
    SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
    INSERT INTO cdp_master_profiles (master_profile_id, founding_raw_profile_id, version, created_at, updated_at)
    SELECT
        founded.master_profile_id,
        founded.raw_profile_id,
        0,
        p_at,
        p_at
    FROM unnest(p_master_profile_ids, p_founders) AS founded (master_profile_id, raw_profile_id);
END;
$$;

COMMENT ON FUNCTION c360._found_profiles(uuid[], bigint[], timestamptz) IS
    'Makes golden records with their founding observations.';
