-- All observations of a golden record, ascending. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._observations_of(p_master_profile_id uuid)
    RETURNS bigint[]
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
AS $$
BEGIN
    RETURN ARRAY(
        SELECT link.raw_profile_id
        FROM cdp_profile_links AS link
        WHERE link.master_profile_id = p_master_profile_id
        ORDER BY link.raw_profile_id
    );
END;
$$;

COMMENT ON FUNCTION c360._observations_of(uuid) IS
    'Observations of a golden record.';
