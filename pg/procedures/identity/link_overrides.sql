-- What people decided about who is who, newest first: the observations on both sides and the golden records they have now.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.link_overrides(p_tenant text)
    RETURNS TABLE (
        link_override_id bigint,
        kind             text,
        set_at           timestamptz,
        set_by           text,
        reason           text,
        side_1           jsonb,
        side_2           jsonb
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        override.link_override_id,
        override.kind,
        override.set_at,
        override.set_by,
        c360._masked_note(p_tenant, override.reason, c360._override_members(override.link_override_id)),
        coalesce(side.one, '[]'),
        coalesce(side.two, '[]')
    FROM cdp_link_overrides AS override
    CROSS JOIN LATERAL (
        SELECT
            jsonb_agg(about.member ORDER BY about.raw_profile_id) FILTER (WHERE about.side = 1) AS one,
            jsonb_agg(about.member ORDER BY about.raw_profile_id) FILTER (WHERE about.side = 2) AS two
        FROM (
            SELECT
                member.raw_profile_id,
                member.side,
                jsonb_build_object('raw_profile_id', member.raw_profile_id, 'profile_id', link.master_profile_id) AS member
            FROM cdp_link_override_members AS member
            LEFT JOIN cdp_profile_links AS link ON link.raw_profile_id = member.raw_profile_id
            WHERE member.link_override_id = override.link_override_id
        ) AS about
    ) AS side
    ORDER BY override.link_override_id DESC;
END;
$$;

COMMENT ON FUNCTION c360.link_overrides(text) IS
    'Overrides of people about who is who, newest first, with the golden records they concern.';
