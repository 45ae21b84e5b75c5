-- Resolves observations that are not linked yet; see _link_observations. Trusts the search_path and the resolver's lock on
-- the tenant. Safe to repeat after a rollback. Raises nothing.

CREATE OR REPLACE FUNCTION c360._link_raw_profiles(
    p_tenant          text,
    p_raw_profile_ids bigint[],
    p_at              timestamptz
)
    RETURNS TABLE (master_profile_id uuid, change text, other_profile_id uuid, rule text, evidence jsonb)
    LANGUAGE plpgsql
    SET jit = off
AS $$
BEGIN
    RETURN QUERY
    SELECT linked.*
    FROM c360._link_observations(p_tenant, p_raw_profile_ids, '{}', p_at) AS linked;
END;
$$;

COMMENT ON FUNCTION c360._link_raw_profiles(text, bigint[], timestamptz) IS
    'Links new observations to golden records, merging and splitting golden records where they show it.';
