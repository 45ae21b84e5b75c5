-- Partitions anew everything connected with these linked observations, after an override or a rule about them changed;
-- see _link_observations. Trusts the search_path and the resolver's lock on the tenant. Safe to repeat: a partition that
-- is right stays untouched. Raises nothing.

CREATE OR REPLACE FUNCTION c360._relink_components(
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
    FROM c360._link_observations(p_tenant, '{}', p_raw_profile_ids, p_at) AS linked;
END;
$$;

COMMENT ON FUNCTION c360._relink_components(text, bigint[], timestamptz) IS
    'Partitions the components of linked observations anew.';
