-- Finds the golden record for an identifier: 'profile_id' takes the id of a golden record and follows its redirect,
-- every other type is normalised the way observations are. Where several golden records hold a contested value, the
-- oldest answers, and the caller learns how many there are; of a value that everybody sends, the first thousand
-- observations are looked at. Trusts the search_path.
-- Raises: U2404 profile_not_found, U2405 identifier_type_unknown

CREATE OR REPLACE FUNCTION c360._find_profile(
    p_tenant          text,
    p_identifier_type text,
    p_value           text
)
    RETURNS TABLE (master_profile_id uuid, requested_id uuid, candidate_count bigint)
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    v_value text;
BEGIN
    IF p_identifier_type = 'profile_id' AND NOT coalesce(pg_input_is_valid(p_value, 'uuid'), false) THEN
        -- No uuid names no profile.
        NULL;
    ELSIF p_identifier_type = 'profile_id' THEN
        RETURN QUERY
        SELECT
            coalesce(golden.merged_into, golden.master_profile_id),
            golden.master_profile_id,
            1::bigint
        FROM cdp_master_profiles AS golden
        WHERE golden.master_profile_id = p_value::uuid;
    ELSE
        v_value := c360._normalised_identifier(p_tenant, p_identifier_type, p_value);

        RETURN QUERY
        SELECT
            golden.master_profile_id,
            NULL::uuid,
            count(*) OVER ()
        FROM (
            SELECT link.master_profile_id
            FROM (
                SELECT held.raw_profile_id
                FROM cdp_raw_identifiers AS held
                WHERE held.identifier_type = p_identifier_type
                  AND held.value = v_value
                ORDER BY held.raw_profile_id
                LIMIT 1000
            ) AS holder
            CROSS JOIN LATERAL (
                SELECT own.master_profile_id
                FROM cdp_profile_links AS own
                WHERE own.raw_profile_id = holder.raw_profile_id
                OFFSET 0
            ) AS link
            GROUP BY link.master_profile_id
        ) AS candidate
        CROSS JOIN LATERAL (
            SELECT
                own.master_profile_id,
                own.created_at
            FROM cdp_master_profiles AS own
            WHERE own.master_profile_id = candidate.master_profile_id
            OFFSET 0
        ) AS golden
        ORDER BY
            golden.created_at,
            golden.master_profile_id
        LIMIT 1;
    END IF;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no profile with that %', p_identifier_type
            USING ERRCODE = 'U2404',
                  HINT = 'It may not be resolved yet: c360 identity resolve works off what waits.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._find_profile(text, text, text) IS
    'The golden record for an identifier or profile id, redirects followed.';
