-- Those of several golden records that have an identifier, as they sent it or as it is compared, in common with an observation that says no to a purpose
-- and is nobody's yet. What a later yes says is not weighed: until the resolver knows whose the no is, it holds. Costs nothing while none waits. Trusts the search_path.
-- Reads only.

CREATE OR REPLACE FUNCTION c360._objecting_persons(p_purpose text, p_master_profile_ids uuid[])
    RETURNS uuid[]
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_variable
BEGIN
    IF to_regclass('cdp_consent_objections') IS NULL OR NOT EXISTS (
        SELECT
        FROM cdp_consent_objections AS objection
        WHERE objection.purpose = p_purpose
    ) THEN
        RETURN '{}';
    END IF;

    RETURN ARRAY(
        SELECT DISTINCT golden.master_profile_id
        FROM cdp_master_profiles AS golden
        JOIN cdp_profile_links AS link ON link.master_profile_id = coalesce(golden.merged_into, golden.master_profile_id)
        JOIN cdp_raw_profiles AS raw ON raw.raw_profile_id = link.raw_profile_id
        CROSS JOIN LATERAL (
            SELECT sent.subject
            FROM unnest(c360._consent_subjects(raw.identifiers, raw.traits, raw.raw_profile_id)) AS sent (subject)
            UNION ALL
            SELECT c360._subject_of(held.identifier_type, held.value)
            FROM cdp_raw_identifiers AS held
            WHERE held.raw_profile_id = raw.raw_profile_id
        ) AS named
        JOIN cdp_consent_objections AS objection
            ON objection.purpose = p_purpose
            AND objection.subject = named.subject
        WHERE golden.master_profile_id = ANY (p_master_profile_ids)
          AND NOT EXISTS (
              SELECT
              FROM cdp_profile_links AS resolved
              WHERE resolved.raw_profile_id = objection.raw_profile_id
          )
    );
END;
$$;

COMMENT ON FUNCTION c360._objecting_persons(text, uuid[]) IS
    'Golden records that an observation names which says no and is nobody''s yet.';
