-- The observation of a golden record that speaks when somebody sets a consent by an identifier: the latest one that holds it, and by the id of
-- the golden record the latest one with a user id, else the one it was founded on. Trusts the search_path.

CREATE OR REPLACE FUNCTION c360._speaking_observation(
    p_tenant            text,
    p_master_profile_id uuid,
    p_identifier_type   text,
    p_value             text
)
    RETURNS bigint
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_variable
DECLARE
    v_value text;
    v_id    bigint;
BEGIN
    IF p_identifier_type <> 'profile_id' THEN
        v_value := c360._normalised_identifier(p_tenant, p_identifier_type, p_value);
        SELECT max(held.raw_profile_id)
        INTO v_id
        FROM cdp_raw_identifiers AS held
        JOIN cdp_profile_links AS link ON link.raw_profile_id = held.raw_profile_id
        WHERE held.identifier_type = p_identifier_type
          AND held.value = v_value
          AND link.master_profile_id = p_master_profile_id;
    END IF;

    RETURN coalesce(
        v_id,
        (
            SELECT max(link.raw_profile_id)
            FROM cdp_profile_links AS link
            JOIN cdp_raw_profiles AS raw ON raw.raw_profile_id = link.raw_profile_id
            WHERE link.master_profile_id = p_master_profile_id
              AND raw.identifiers ? 'user_id'
        ),
        (
            SELECT min(link.raw_profile_id)
            FROM cdp_master_profiles AS golden
            JOIN cdp_profile_links AS link
                ON link.master_profile_id = golden.master_profile_id
                AND link.raw_profile_id = golden.founding_raw_profile_id
            WHERE golden.master_profile_id = p_master_profile_id
        ),
        (SELECT min(link.raw_profile_id) FROM cdp_profile_links AS link WHERE link.master_profile_id = p_master_profile_id)
    );
END;
$$;

COMMENT ON FUNCTION c360._speaking_observation(text, uuid, text, text) IS
    'The observation on which a consent hangs that somebody sets.';
