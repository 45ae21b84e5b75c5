-- Writes what observations say about a person, as standard_profiles() reads it, into cdp_standard_profiles. Safe to repeat:
-- what is right stays untouched. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_select_2.standardise_profiles(p_raw_profile_ids bigint[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_select_2, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
BEGIN
    INSERT INTO tenant_select_2.cdp_standard_profiles AS known (raw_profile_id, attributes, given_name, family_name, birth_date)
    SELECT
        said.raw_profile_id,
        said.attributes,
        said.given_name,
        said.family_name,
        said.birth_date
    FROM tenant_select_2.standard_profiles(p_raw_profile_ids) AS said
    ON CONFLICT (raw_profile_id) DO UPDATE
    SET attributes = excluded.attributes,
        given_name = excluded.given_name,
        family_name = excluded.family_name,
        birth_date = excluded.birth_date
    WHERE (known.attributes, known.given_name, known.family_name, known.birth_date)
        IS DISTINCT FROM (excluded.attributes, excluded.given_name, excluded.family_name, excluded.birth_date);
END;
$$;

COMMENT ON FUNCTION tenant_select_2.standardise_profiles(bigint[]) IS
    'Writes what observations say, normalised by the attributes of this tenant, into cdp_standard_profiles.';
