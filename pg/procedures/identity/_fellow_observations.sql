-- All observations of the golden records that these observations have, and the observations themselves.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._fellow_observations(p_raw_profile_ids bigint[])
    RETURNS bigint[]
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
AS $$
BEGIN
    RETURN ARRAY(
        SELECT fellow.raw_profile_id
        FROM cdp_profile_links AS own
        JOIN cdp_profile_links AS fellow ON fellow.master_profile_id = own.master_profile_id
        WHERE own.raw_profile_id = ANY (p_raw_profile_ids)
        UNION
        SELECT wanted.raw_profile_id
        FROM unnest(p_raw_profile_ids) AS wanted (raw_profile_id)
        ORDER BY 1
    );
END;
$$;

COMMENT ON FUNCTION c360._fellow_observations(bigint[]) IS
    'Observations of the golden records of these observations.';
