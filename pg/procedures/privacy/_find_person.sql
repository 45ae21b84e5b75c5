-- The golden record that is to be erased, by its id or an identifier. Where several golden records hold the identifier nobody
-- is guessed. Trusts the search_path.
-- Raises: U2404 profile_not_found, U2405 identifier_type_unknown, U2502 person_unclear

CREATE OR REPLACE FUNCTION c360._find_person(
    p_tenant          text,
    p_identifier_type text,
    p_value           text
)
    RETURNS uuid
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_found record;
BEGIN
    SELECT
        found.master_profile_id,
        found.candidate_count
    INTO v_found
    FROM c360._find_profile(p_tenant, p_identifier_type, p_value) AS found;

    IF v_found.candidate_count > 1 THEN
        RAISE EXCEPTION '% golden records have that %', v_found.candidate_count, p_identifier_type
            USING ERRCODE = 'U2502',
                  HINT = 'Say which by its profile_id: c360 profile show, or profile() of the tenant, with another identifier shows it.';
    END IF;

    RETURN v_found.master_profile_id;
END;
$$;

COMMENT ON FUNCTION c360._find_person(text, text, text) IS
    'The golden record of one person by id or identifier; refuses to guess.';
