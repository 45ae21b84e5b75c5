-- Whom an explanation is about: an observation by its number, or a golden record by its id or by type=value. A golden record
-- is spoken for by its founding observation, an absorbed id by its own. Trusts the search_path.
-- Raises: U2301 observation_unknown, U2404 profile_not_found, U2405 identifier_type_unknown

CREATE OR REPLACE FUNCTION c360._find_side(
    p_tenant text,
    p_who    text
)
    RETURNS TABLE (raw_profile_id bigint, master_profile_id uuid)
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_variable
DECLARE
    v_is_id boolean := coalesce(pg_input_is_valid(p_who, 'uuid'), false);
    v_split integer := strpos(p_who, '=');
BEGIN
    IF p_who ~ '^[0-9]{1,18}$' THEN
        RETURN QUERY
        SELECT
            raw.raw_profile_id,
            link.master_profile_id
        FROM cdp_raw_profiles AS raw
        LEFT JOIN cdp_profile_links AS link ON link.raw_profile_id = raw.raw_profile_id
        WHERE raw.raw_profile_id = p_who::bigint;
    ELSIF v_is_id OR v_split > 1 THEN
        RETURN QUERY
        SELECT
            asked.founding_raw_profile_id,
            found.master_profile_id
        FROM c360._find_profile(
            p_tenant,
            CASE WHEN v_is_id THEN 'profile_id' ELSE left(p_who, v_split - 1) END,
            CASE WHEN v_is_id THEN p_who ELSE substr(p_who, v_split + 1) END
        ) AS found
        CROSS JOIN LATERAL (
            SELECT own.founding_raw_profile_id
            FROM cdp_master_profiles AS own
            WHERE own.master_profile_id = coalesce(found.requested_id, found.master_profile_id)
            OFFSET 0
        ) AS asked;
    END IF;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'tenant "%" has no observation "%"', p_tenant, coalesce(p_who, 'NULL')
            USING ERRCODE = 'U2301',
                  HINT = 'Give the number of an observation, the id of a golden record, or type=value such as email=an@shop.vn.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._find_side(text, text) IS
    'The observation and the golden record that are meant by a number, an id or type=value.';
