-- The observations a link override is about; none when it is not there any more. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._override_members(p_link_override_id bigint)
    RETURNS bigint[]
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
AS $$
BEGIN
    RETURN ARRAY(
        SELECT member.raw_profile_id
        FROM cdp_link_override_members AS member
        WHERE member.link_override_id = p_link_override_id
        ORDER BY member.raw_profile_id
    );
END;
$$;

COMMENT ON FUNCTION c360._override_members(bigint) IS
    'Observations a link override is about.';
