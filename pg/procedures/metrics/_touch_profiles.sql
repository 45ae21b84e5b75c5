-- Notes golden records that changed, or that are no more, in the transaction that changes them: refresh_profiles() works out what
-- follows. Answers how many were noted; none while the tenant has no table for it. Appends only, so nobody waits. Trusts the
-- search_path.

CREATE OR REPLACE FUNCTION c360._touch_profiles(p_master_profile_ids uuid[])
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    v_count bigint;
BEGIN
    IF coalesce(cardinality(p_master_profile_ids), 0) = 0 OR to_regclass('cdp_touched_profiles') IS NULL THEN
        RETURN 0;
    END IF;

    INSERT INTO cdp_touched_profiles (master_profile_id)
    SELECT DISTINCT touched.id
    FROM unnest(p_master_profile_ids) AS touched (id)
    WHERE touched.id IS NOT NULL;
    GET DIAGNOSTICS v_count = ROW_COUNT;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._touch_profiles(uuid[]) IS
    'Notes golden records for which something follows from a change.';
