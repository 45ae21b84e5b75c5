-- Numbers of the link overrides that are or were about these observations; the audit log knows those that are gone.
-- Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._overrides_about(p_tenant text, p_raw_profile_ids bigint[])
    RETURNS bigint[]
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
BEGIN
    RETURN ARRAY(
        SELECT member.link_override_id
        FROM cdp_link_override_members AS member
        WHERE member.raw_profile_id = ANY (p_raw_profile_ids)
        UNION
        SELECT entry.object::bigint
        FROM c360.audit_log AS entry
        CROSS JOIN LATERAL jsonb_array_elements_text(
            coalesce(entry.detail -> 'side_1', '[]') || coalesce(entry.detail -> 'side_2', '[]')
        ) AS member (raw_profile_id)
        WHERE entry.tenant = p_tenant
          AND entry.action LIKE 'link\_overrides.%'
          AND member.raw_profile_id::bigint = ANY (p_raw_profile_ids)
    );
END;
$$;

COMMENT ON FUNCTION c360._overrides_about(text, bigint[]) IS
    'Link overrides that are or were about observations.';
