-- Writes what happened to a link override into the audit log: who, what it was about, why. Trusts the search_path and that
-- the override is still there. Raises nothing.

CREATE OR REPLACE FUNCTION c360._audit_override(
    p_tenant           text,
    p_link_override_id bigint,
    p_operation        text,
    p_detail           jsonb DEFAULT '{}'
)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
    SELECT
        c360._actor(),
        p_tenant,
        'link_overrides.' || p_operation,
        override.link_override_id::text,
        jsonb_build_object(
            'kind', override.kind,
            'side_1', side.one,
            'side_2', side.two,
            'reason', override.reason,
            'set_by', override.set_by,
            'set_at', override.set_at
        ) || p_detail
    FROM cdp_link_overrides AS override
    CROSS JOIN LATERAL (
        SELECT
            coalesce(jsonb_agg(member.raw_profile_id ORDER BY member.raw_profile_id) FILTER (WHERE member.side = 1), '[]') AS one,
            coalesce(jsonb_agg(member.raw_profile_id ORDER BY member.raw_profile_id) FILTER (WHERE member.side = 2), '[]') AS two
        FROM cdp_link_override_members AS member
        WHERE member.link_override_id = override.link_override_id
    ) AS side
    WHERE override.link_override_id = p_link_override_id;
END;
$$;

COMMENT ON FUNCTION c360._audit_override(text, bigint, text, jsonb) IS
    'Writes an override that is added, replaced or removed into the audit log.';
