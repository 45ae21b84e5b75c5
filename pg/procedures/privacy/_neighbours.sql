-- Observations that share a component with the person and are somebody else's: what the person's records had a part in.
-- Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._neighbours(p_raw_profile_ids bigint[])
    RETURNS bigint[]
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
    SET jit = off
AS $$
BEGIN
    RETURN ARRAY(
        SELECT other.raw_profile_id
        FROM cdp_profile_links AS own
        JOIN cdp_profile_links AS other ON other.component_id = own.component_id
        WHERE own.raw_profile_id = ANY (p_raw_profile_ids)
          AND other.raw_profile_id <> ALL (p_raw_profile_ids)
        GROUP BY other.raw_profile_id
        ORDER BY other.raw_profile_id
    );
END;
$$;

COMMENT ON FUNCTION c360._neighbours(bigint[]) IS
    'Observations of others in the components of a person.';
