-- The names that observations say, each once, with the day of birth beside it, in order. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._said_names(p_raw_profile_ids bigint[])
    RETURNS c360.said_name[]
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
AS $$
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT ROW(said.given_name, said.family_name, said.birth_date)::c360.said_name
        FROM cdp_standard_profiles AS said
        WHERE said.raw_profile_id = ANY (p_raw_profile_ids)
          AND concat(said.given_name, said.family_name) <> ''
        ORDER BY 1
    );
END;
$$;

COMMENT ON FUNCTION c360._said_names(bigint[]) IS
    'Names that observations say, with the day of birth beside them.';
