-- Everything that is one person's: the golden record, those merged into it, all observations, and by what to know them in
-- documents. Trusts the search_path and the resolver's lock. Raises nothing.

CREATE OR REPLACE FUNCTION c360._person_to_erase(p_tenant text, p_master_profile_id uuid)
    RETURNS c360.person
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    v_person  c360.person;
    v_waiting bigint[];
BEGIN
    v_person.master_profile_ids := ARRAY(
        SELECT golden.master_profile_id
        FROM cdp_master_profiles AS golden
        WHERE golden.master_profile_id = p_master_profile_id
           OR golden.merged_into = p_master_profile_id
        ORDER BY
            golden.master_profile_id <> p_master_profile_id,
            golden.master_profile_id
    );
    v_person.raw_profile_ids := c360._observations_of(p_master_profile_id);
    v_person.identifiers := c360._own_identifiers(v_person.raw_profile_ids);

    v_waiting := c360._waiting_observations(v_person.identifiers, v_person.raw_profile_ids);
    IF v_waiting <> '{}' THEN
        v_person.raw_profile_ids := v_person.raw_profile_ids || v_waiting;
        v_person.identifiers := v_person.identifiers || ARRAY(
            SELECT DISTINCT (sent.identifier_type, sent.value)::c360.identifier
            FROM extract_identifiers(v_waiting) AS sent
            WHERE (sent.is_usable OR sent.value LIKE '%@%')
              AND NOT EXISTS (
                  SELECT
                  FROM cdp_raw_identifiers AS other
                  WHERE other.identifier_type = sent.identifier_type
                    AND other.value = sent.value
                    AND other.raw_profile_id <> ALL (v_person.raw_profile_ids)
              )
        );
    END IF;

    v_person.texts := c360._person_texts(p_tenant, v_person.raw_profile_ids, v_person.identifiers);
    RETURN v_person;
END;
$$;

COMMENT ON FUNCTION c360._person_to_erase(text, uuid) IS
    'What belongs to the person of a golden record, and by what documents name them.';
