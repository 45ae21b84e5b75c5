-- The days of birth that observations say, each once, as text in order. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._birth_dates(p_raw_profile_ids bigint[])
    RETURNS text[]
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
AS $$
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT to_char(said.birth_date, 'YYYY-MM-DD')
        FROM cdp_standard_profiles AS said
        WHERE said.raw_profile_id = ANY (p_raw_profile_ids)
          AND said.birth_date IS NOT NULL
        ORDER BY 1
    );
END;
$$;

COMMENT ON FUNCTION c360._birth_dates(bigint[]) IS
    'Days of birth that observations say.';
